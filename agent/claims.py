"""Words that claim a change, to be held against the record of what was done."""

import re

CHANGED = (
    r"(added|created|updated|changed|renamed|moved|rescheduled|postponed|completed|finished|marked"
    r"|ticked|checked off|reopened|deleted|removed|cancelled|canceled|set)"
)
CLAIM = re.compile(
    rf"\bI(['’]ve| have| just| also)* {CHANGED}\b"
    rf"|(^|(?<!\d)[.!] +)({CHANGED}\b|(done|all set)[.!,:])",
    re.IGNORECASE,
)


def claims_a_change(reply: str) -> bool:
    """Whether the reply says, in plain English, that something was changed just now."""
    return CLAIM.search(reply) is not None
