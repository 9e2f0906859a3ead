"""Keys that nobody has given."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

NOT_GIVEN = "django-insecure-not-given-"


def own_key(folder: Path, name: str, *, production: bool) -> str:
    """For want of a given one; in production nobody knows it, and config/checks.py refuses it."""
    return NOT_GIVEN + secrets.token_urlsafe(48) if production else kept_key(folder, name)


def kept_key(folder: Path, name: str, size: int = 48) -> str:
    """Bytes, in Base64, made at the first start and kept; who links the file first wins."""
    path = folder / name
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=folder)
        os.write(descriptor, secrets.token_urlsafe(size).encode())
        os.close(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text()
