"""Words of a title put right: "not Joy, Grace", "make that 3 tickets", "it's spelt Thompson"."""

import re
from difflib import get_close_matches

from agent.offline.intents import Change, Edit
from agent.offline.known import Known
from agent.offline.target import It
from agent.offline.words import NUMBER, any_of

FIRST = r"(?:(?:no|oh|oops|sorry|well|actually|wait)[,. ]{1,3}){0,4}"
SAYS = r"(?:(?:it's|it is|that's|i (?:said|meant?)|(?:it )?should be|the name is|to|with|for) )?"
A, B, C, D = (
    rf"(?P<{name}>[\w'’.-]{{1,30}}(?: [\w'’.-]{{1,30}}){{0,2}}?)"
    for name in ("old1", "new1", "new2", "old2")
)
SWAP = any_of(
    rf"{FIRST}{SAYS}not {SAYS}{A}(?:,? but|[,;:.–-]) ?{SAYS}{B}",
    rf"{FIRST}{SAYS}{C},? (?:and )?(?:not|instead of|rather than) {SAYS}{D}",
)
NUMBERED = any_of(
    rf"{FIRST}(?:make|i meant?|change|let's (?:make|say))(?: (?:that|it|this))?(?: (?:to|into))?"
    rf" (?P<count>{NUMBER}) (?P<noun>[\w'-]{{2,30}})(?: instead)?"
)
HE = r"(?:(?:he|she|it|that|they|(?:the|his|her) name)(?:'s| is)? )"
SPELLS = (
    r"(?:(?:spells?|writes?) (?:himself|herself|it|themselves|that)|spell?ed|spelt|written|called"
    r"|named|really)"
)
SPELT = any_of(
    rf"{FIRST}(?:{HE}?{SPELLS}|it's) (?P<word>[\w'-]{{3,30}})(?:,? with .{{1,40}}| actually)?"
)
ALIKE = 0.75


def read_swap(text: str, known: Known) -> Change | None:
    """A new title for the task just talked about, if the wrong word stands in the old one."""
    if len(known.focus) != 1:
        return None
    [task] = known.of(known.focus)
    if match := SWAP.fullmatch(text):
        old, new = match["old1"] or match["old2"], match["new1"] or match["new2"]
        title = _with(task.title, rf"\b{re.escape(old)}\b", new)
    elif match := NUMBERED.fullmatch(text):
        title = _with(
            task.title, rf"\b(?:{NUMBER}) (?={re.escape(match['noun'])}\b)", f"{match['count']} "
        )
    elif match := SPELT.fullmatch(text):
        alike = get_close_matches(match["word"], re.findall(r"[\w'-]+", task.title), 1, ALIKE)
        title = _with(task.title, rf"\b{re.escape(alike[0])}\b", match["word"]) if alike else ""
    else:
        return None
    return Change("update_task", It(), Edit(title=title)) if title else None


def _with(title: str, old: str, new: str) -> str:
    """The title with ``new`` in the only place of ``old``; "" where that changes nothing."""
    changed, times = re.subn(old, lambda _: new, title, flags=re.IGNORECASE)
    return changed if times == 1 and changed != title else ""
