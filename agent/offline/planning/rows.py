"""Names that are counted: "chapters 1 to 3", "boxes 2, 5 and 7"."""

import re

from agent.offline.matching import stem
from agent.offline.words import any_of

ROW = any_of(
    r"(?P<head>.{1,80}?)(?P<noun>[^\W\d_]{2,30})s"
    r" (?P<numbers>\d{1,3}(?: ?(?:,|and|&|to|-|–|through|till|until"
    r"|up to) ?(?:and )?\d{1,3}){1,20})"
)
NUMBERS = re.compile(r"(\d{1,3})(?: ?(?:to|-|–|through|till|until|up to) ?(\d{1,3}))?")
MOST = 100


def row_of(words: str) -> list[str]:
    """Each of them by its own name, "chapter 1"; [] for any other name."""
    match = ROW.fullmatch(f" {words}")
    if not match:
        return []
    numbers: list[int] = []
    for first, last in NUMBERS.findall(match["numbers"]):
        numbers += range(int(first), int(last or first) + 1)
    thing = f"{match['head']}{stem(match['noun'] + 's')}".strip()
    return [f"{thing} {number}" for number in numbers[:MOST]]
