"""Words that claim a change or promise a reminder, to be held against the record of what was done.

Plain English only, and only what is said: not titles in quotes or in lists, not code, not
questions, not what might be, was not done, or was done by somebody else or at another time.
"""

import re

from text.expressions import expression

# Bounded, for a reply may be long and all of one kind of character.
QUOTED = expression(
    r"``(?:[^`\n]|`(?!`)){0,250}``|“[^”\n]{0,250}”|‘[^’\n]{0,250}’(?!\w)|«[^»\n]{0,250}»|\"[^\"\n]{0,250}\"|`[^`\n]{0,250}`"
    r"|\*\*[^*\n]{0,250}\*\*|(?<!\w)'[^'\n]{0,250}'(?!\w)"
)
FENCE = expression(r" {0,3}(```|~~~)")
NOT_SAID = expression(r" {4}|\t| {0,3}>")
"""How a line of code or of a quotation begins."""

LISTED = expression(r"^[ \t]*(?:\d+[.)]|[-*•–])[ \t].*$", re.MULTILINE)
SENTENCE = expression(r"[^.!?\n]+[.!?\n]*")
CLAUSE = expression(r"[^.!?;:,–—\n]+[.!?;:,–—\n]*")

DONE = (
    r"(?:added|created|saved|updated|changed|edited|renamed|moved|rescheduled|postponed|scheduled"
    r"|completed|finished|marked|ticked|(?:crossed|checked)(?: (?:it|that|them|TITLE))? off"
    r"|reopened|deleted|removed|cleared|cancell?ed|restored|prioriti[sz]ed|undone|reverted"
    r"|(?:taken|took)(?: (?:it|that|them|those|TITLE|(?:the|your|my) (?:\w+ )?changes?))? back)"
)
DONE_BY_ME = (
    rf"(?:{DONE}|undid|set|put|made (?:the|that|this|these|those|your) (?:changes?|updates?|edits?)"
    r"|taken care of|took care of)"
)
HOW = r"(?:\s+(?:just|also|now|then|again|successfully|gone ahead and|went ahead and))*"
THING = r"(?:TITLE|(?:your |the |a )?(?:new )?(?:task|reminder|item|due date))(?: TITLE)?"
CLAIM = expression(
    r"(?=\b\w|['’])"  # so each of them begins, and few places do
    rf"(?:(?<!have )(?<!did )(?<!task )(?<!tasks )\b(?:I|we)(?:['’]ve| have)?{HOW}\s+{DONE_BY_ME}\b"
    rf"|\bI (?:checked|looked|found|searched)\b.{{0,80}} and {DONE}\b"
    rf"|(?:\b(?:has|have)|['’]s){HOW} been{HOW} {DONE}\b"
    rf"|(?:\b(?:is|are)|['’]s) now (?:on|in|off|part of) (?:your|the) [\w-]*\s?(?:list|tasks)\b"
    rf"|(?:\b(?:is|are)|['’]s) (?:on|off) your list now\b"
    rf"|\b(?:is|are) (?:now )?off your list\b|\b(?:is|are) no longer (?:on|in) your list\b"
    rf"|\b(?:is|are) now (?:{DONE}|done|complete|due|set|scheduled|called|gone|high|low|medium)\b"
    rf"|\b(?:was|were) successfully {DONE}\b|\b(?:was|were) {DONE} (?:to|from) your list\b"
    rf"|\bsuccessfully {DONE}\b|^{THING} {DONE}(?: (?:as|to|from|for|successfully)\b|\W*$))",
    re.IGNORECASE,
)
OPENING = expression(
    rf"\W*(?:{DONE}(?! (?:tasks?|items?|ones|list|on|in|at|by|this|last|today|yesterday)\b)\b(?!:)"
    r"|(?:done|(?:you['’]re )?all set)(?=\s*[.!,;–—]))",
    re.IGNORECASE,
)
ALL_OF_IT = expression(r"\W*(?:ok(?:ay)?\W*)?(?:all )?done\W*", re.IGNORECASE)
SO_BE_IT = expression(
    r"(?:sure(?: thing)?|ok(?:ay)?|got it|al(?:l )?right|great|perfect|no problem|of course"
    r"|yes)\W*",
    re.IGNORECASE,
)
NOT_SO = expression(
    r"\b(?:if|once|when|whether|unless|until|after|before|not|never|no|none|nothing|neither|without"
    r"|would|could|should|might|may|must)\b|n['’]t\b",
    re.IGNORECASE,
)
AT_ANOTHER_TIME = expression(
    r"\b(?:earlier|previously|yesterday|ago|last (?!change)\w+)\W*$", re.IGNORECASE
)

NOTHING = expression(
    r"\W*(?:nothing|none|neither|no|not (?:one|a|any(?:thing)?|yet))\b(?! (?:longer|more)\b)",
    re.IGNORECASE,
)
BY_OTHERS = expression(
    r"\b(?:elsewhere|meanwhile|in the meantime|since|by (?:you|somebody|someone|others?|another"
    r"|hand)|yourself|on the page)\b",
    re.IGNORECASE,
)
REASON = expression(r"\W*(?:and |but )?(?:because|as|since|for)\b", re.IGNORECASE)


BELL = r"(?:reminders?|alarms?|alerts?|notifications?)"
REMINDED = r"(?:remind(?:ed)?|ping(?:ed)?|alert(?:ed)?|notif(?:y|ied)|nudged?|buzz(?:ed)?)"
OF_REMINDERS = expression(rf"\b(?:{BELL}|{REMINDED})\b", re.IGNORECASE)
WILL_REMIND = expression(
    rf"\b(?:I|we)(?:['’]ll| will| shall|['’](?:m|re) going to| am going to| are going to)"
    rf"(?: \w+){{0,3}} {REMINDED} you\b"
    rf"|\byou(?:['’]ll| will)(?: \w+){{0,2}} (?:be {REMINDED}"
    rf"|(?:get|receive|hear) (?:an? |the |your )?(?:\w+ )?{BELL})\b"
    rf"|\b(?:I|we)(?:['’]ve| have)?{HOW} (?:set|scheduled|created|added|put|made|turned)"
    rf"(?: (?:you|up|on|in place|for you)){{0,2}} (?:an?|the|your|two|three|\d+)"
    rf" (?:[\w-]+ ){{0,3}}{BELL}\b"
    rf"|\b{BELL}(?: TITLE)?(?: (?:for|at|to|on)\b[^.!?]{{0,60}}?)?"
    rf" (?:is|are|has been|have been|was|were)(?: now)?"
    r" (?:set|scheduled|created|added|in place|active)\b"
    rf"|^\W*{BELL} (?:set|scheduled|created|added)\b"
    rf"|\b{BELL} (?:will|is going to) (?:ring|go off|fire|come|reach|arrive)\b"
    rf"|\bwith (?:an?|your) {BELL} (?:at|for|set)\b",
    re.IGNORECASE,
)
ON_CONDITION = expression(
    r"\b(?:if|once|as soon as|whenever) (?:you|that|this|it)\b|\bwhen(?:ever)? you\b", re.IGNORECASE
)


def claims_a_reminder(reply: str) -> bool:
    """Whether the reply says, in plain English, that somebody will be reminded."""
    if not OF_REMINDERS.search(reply):
        return False
    said = LISTED.sub("\n", QUOTED.sub("TITLE", _without_code(reply)))
    return any(map(_will_remind, SENTENCE.findall(said)))


def _will_remind(sentence: str) -> bool:
    claim = WILL_REMIND.search(sentence.strip())
    if claim is None or sentence.rstrip().endswith("?"):
        return False
    before = sentence.strip()[: claim.start()]
    return not (NOT_SO.search(f"{before}{claim[0]}") or ON_CONDITION.search(sentence))


def claims_a_change(reply: str) -> bool:
    """Whether the reply says, in plain English, that something was changed just now."""
    if ALL_OF_IT.fullmatch(reply):
        return not reply.rstrip().endswith("?")
    said = LISTED.sub("\n", QUOTED.sub("TITLE", _without_code(reply)))
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
    if claim is None or NOT_SO.search(words[: claim.start()]) or NOTHING.match(words, claim.end()):
        return False
    by_me = re.match(r"(?:I|we)\b", claim[0], re.IGNORECASE)
    return bool(by_me) or not (BY_OTHERS.search(words, claim.end()) or _tells_why(words, before))


def _tells_why(words: str, before: str) -> bool:
    """Whether this is the reason of a refusal: "I could not do that: it has been deleted"."""
    if not NOT_SO.search(before):
        return False
    return before.rstrip().endswith(":") or REASON.match(words) is not None


def _without_code(reply: str) -> str:
    """Without fenced and indented code, and without what is quoted line by line."""
    lines, fence = [], ""
    for line in reply.split("\n"):
        mark = FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
            lines.append("")
        else:
            lines.append("" if fence or NOT_SAID.match(line) else line)
    return "\n".join(lines)


def _ends(clause: str) -> bool:
    return clause.rstrip(" ")[-1:] in (".", "!", "?", "\n", "")
