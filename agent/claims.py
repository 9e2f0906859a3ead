"""Words that claim a change, to be held against the record of what was done.

Plain English only, and only what is said: not titles in quotes or in lists, not questions, not what
might be, was done by somebody else or at another time.
"""

import re

# Bounded, for a reply may be long and all of one kind of character.
QUOTED = re.compile(
    r"“[^”\n]{0,250}”|‘[^’\n]{0,250}’(?!\w)|«[^»\n]{0,250}»|\"[^\"\n]{0,250}\"|`[^`\n]{0,250}`"
    r"|\*\*[^*\n]{0,250}\*\*|(?<!\w)'[^'\n]{0,250}'(?!\w)"
)
LISTED = re.compile(r"^[ \t]*(?:\d+[.)]|[-*•–])[ \t].*$", re.MULTILINE)
CLAUSE = re.compile(r"[^.!?;:,–—\n]+[.!?;:,–—\n]*")

DONE = (
    r"(?:added|created|saved|updated|changed|edited|renamed|moved|rescheduled|postponed|scheduled"
    r"|completed|finished|marked|ticked|crossed off|checked off|reopened|deleted|removed|cleared"
    r"|cancell?ed|restored|prioriti[sz]ed|undone|reverted"
    r"|(?:taken|took)(?: (?:it|that|them|those|TITLE|(?:the|your|my) (?:\w+ )?changes?))? back)"
)
DONE_BY_ME = (
    rf"(?:{DONE}|undid|set|put|made (?:the|that|this|these|those|your) (?:changes?|updates?|edits?)"
    r"|taken care of|took care of)"
)
HOW = r"(?:\s+(?:just|also|now|then|again|successfully|gone ahead and|went ahead and))*"
THING = r"(?:TITLE|(?:your |the |a )?(?:new )?(?:task|reminder|item|due date))(?: TITLE)?"
CLAIM = re.compile(
    rf"(?<!have )(?<!did )(?<!task )(?<!tasks )\b(?:I|we)(?:['’]ve| have)?{HOW}\s+{DONE_BY_ME}\b"
    rf"|\bI (?:checked|looked|found|searched)\b.{{0,80}} and {DONE}\b"
    rf"|(?:\b(?:has|have)|['’]s){HOW} been{HOW} {DONE}\b"
    rf"|\b(?:is|are) now (?:on|in|off|part of) (?:your|the) [\w-]*\s?(?:list|tasks)\b"
    rf"|\b(?:is|are) (?:now )?off your list\b|\b(?:is|are) no longer (?:on|in) your list\b"
    rf"|\b(?:is|are) now (?:{DONE}|done|complete|due|set|scheduled|called|gone|high|low|medium)\b"
    rf"|\b(?:was|were) successfully {DONE}\b|\b(?:was|were) {DONE} (?:to|from) your list\b"
    rf"|\bsuccessfully {DONE}\b|^{THING} {DONE}(?: (?:as|to|from|for|successfully)\b|\W*$)",
    re.IGNORECASE,
)
OPENING = re.compile(
    rf"\W*(?:{DONE}(?! (?:tasks?|items?|ones|list|on|in|at|by|this|last|today|yesterday)\b)\b(?!:)"
    r"|(?:done|(?:you['’]re )?all set)(?=\s*[.!,;–—]))",
    re.IGNORECASE,
)
SO_BE_IT = re.compile(
    r"(?:sure(?: thing)?|ok(?:ay)?|got it|al(?:l )?right|great|perfect|no problem|of course"
    r"|yes)\W*",
    re.IGNORECASE,
)
NOT_SO = re.compile(
    r"\b(?:if|once|when|whether|unless|until|after|before|not|never|no|none|nothing|neither|without"
    r"|would|could|should|might|may|must)\b|n['’]t\b",
    re.IGNORECASE,
)
AT_ANOTHER_TIME = re.compile(
    r"\b(?:earlier|previously|yesterday|ago|last (?!change)\w+)\W*$", re.IGNORECASE
)


def claims_a_change(reply: str) -> bool:
    """Whether the reply says, in plain English, that something was changed just now."""
    said = LISTED.sub("\n", QUOTED.sub("TITLE", reply))
    before = ""
    for clause in CLAUSE.findall(said):
        if _claims(clause, before):
            return True
        before = clause if _ends(before) else before + clause
    return False


def _claims(clause: str, before: str) -> bool:
    """``before`` is what stands in the same sentence, or the sentence before."""
    words = clause.strip()
    if words.endswith("?") or AT_ANOTHER_TIME.search(words):
        return False
    begins = not before or _ends(before) or SO_BE_IT.fullmatch(before.strip()) is not None
    if begins and OPENING.match(words):
        return True
    claim = CLAIM.search(words)
    return claim is not None and NOT_SO.search(words[: claim.start()]) is None


def _ends(clause: str) -> bool:
    return clause.rstrip(" ")[-1:] in (".", "!", "?", "\n", "")
