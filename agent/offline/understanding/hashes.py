"""Tags within the words of a task: "stamps #errands", "call Ann, tagged family"."""

from agent.offline.dates import tidy
from agent.offline.words import any_of

BETWEEN_TAGS = any_of(r",? and |, ?| & | (?=#)|\s?\+\s?")
MOST_WORDS = 3
"""Of one tag; what is longer is more than a tag."""

HASH = any_of(r"(?:^|(?<=[\s(]))#(?P<tag>[^\W\d_][\w-]{0,49})(?=$|[\s,.;:!?)])")
TAG = r"#?[\w-]{1,50}"
LAST = any_of(
    rf"[,;–-]? ?(?:\b(?:and )?(?:tag|label) (?:it|them|this)(?: as| with)?|\b(?:tagged|labell?ed)"
    rf"(?: as| with)?|\bwith the (?:tags?|labels?)|\b(?:tags?|labels?):) "
    rf"(?P<tags>{TAG}(?:(?:,? and |, ?| & ){TAG}){{0,5}})[.!]?$"
)


def read_hashes(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its tags, and these. What is nothing but a tag stays."""
    tags: tuple[str, ...] = ()
    if match := LAST.search(text):
        tags, text = read_tags(match["tags"]), text[: match.start()]
    tags += tuple(match["tag"].lower() for match in HASH.finditer(text))
    return (tidy(HASH.sub(" ", text)) if tags else text), tuple(dict.fromkeys(tags))


def read_tags(said: str) -> tuple[str, ...]:
    """Each in one word and small letters; () for what is no list of tags."""
    names = [each.strip(" \"“”'#").lower() for each in BETWEEN_TAGS.split(said.strip())]
    if not all(names) or any(len(name.split()) > MOST_WORDS for name in names):
        return ()
    return tuple(dict.fromkeys("-".join(name.split()) for name in names))
