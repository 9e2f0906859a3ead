"""What no log may tell of an address."""

import re

SECRETS = re.compile(r"(?i)(/calendar/|/accounts/forgotten/)[^\s'\"]+")
"""What stands behind these lets in whoever knows it."""


def without_secrets(text: str) -> str:
    return SECRETS.sub(r"\1…", text)
