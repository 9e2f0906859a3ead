"""The lists and tags there are, and titles that end with the name of one of the lists."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from agent.offline.intents import Draft
from agent.offline.planning.finding import ListFailed
from agent.offline.steps import Plan, Request
from agent.offline.words import any_of, is_verb_alone, starts_with_verb
from todos.rules import list_key

BEFORE_NAME = any_of(
    r"(?<=\S),? (?:(?P<how>in|into|under|on|onto|to) (?:(?:the|my|our) )?|(?P<at>@))(?=\S)"
)
MARKED = any_of(r"@(?P<name>\S{1,40}(?: \S{1,40}){0,4}?) (?P<rest>\S.*)")
"""@Groceries milk: the name of a list first."""
SAYS_LIST = any_of(r" (?:list|folder|project|category)$")
INSIDE = frozenset({"in", "into", "under"})


@dataclass(frozen=True, slots=True)
class Names:
    """Those there are, each with the number of its open tasks."""

    lists: dict[str, int]
    tags: dict[str, int]
    inbox: int = 0

    def of(self, kind: str) -> list[str]:
        return [*(self.lists if kind != "tag" else ()), *(self.tags if kind != "list" else ())]

    def exact(self, name: str, kind: str) -> str:
        """As it is written; "" where there is none. A list goes before a tag."""
        key = list_key(name.removeprefix("#"))
        return next((each for each in self.of(kind) if list_key(each) == key), "")

    def kind(self, name: str, kind: str) -> Literal["list", "tag"]:
        is_list = kind == "list" or (kind == "either" and name in self.lists)
        return "list" if is_list else "tag"


def look_up_names() -> Plan[Names]:
    """Raises ListFailed."""
    [call] = yield [Request("list_lists", {})]
    if call.error:
        raise ListFailed(call.error)
    lists, tags = (
        {each["name"]: each.get("open", 0) for each in call.result.get(kind, [])}
        for kind in ("lists", "tags")
    )
    return Names(lists, tags, call.result.get("inbox", 0))


def filed_by_title(drafts: tuple[Draft, ...]) -> Plan[tuple[Draft, ...]]:
    """Write the report in Work: into that list, if there is one. Raises ListFailed."""
    if not any(map(_may_be_filed, drafts)):
        return drafts
    names = yield from look_up_names()
    filed = tuple(_filed(draft, names) for draft in drafts)
    shared = filed[-1].in_list if _is_for_all(drafts, filed) else ""
    return tuple(replace(each, in_list=each.in_list or shared) for each in filed)


def _may_be_filed(draft: Draft) -> bool:
    loose = not (draft.in_list or draft.parent or draft.quoted)
    return loose and bool(BEFORE_NAME.search(draft.title) or draft.title.startswith("@"))


def _filed(draft: Draft, names: Names) -> Draft:
    title, name = placed(draft.title, names) if _may_be_filed(draft) else ("", "")
    return replace(draft, title=title, in_list=name) if name else draft


def placed(title: str, names: Names) -> tuple[str, str]:
    """The rest of a title that names a list, and that name, which is "" where there is none."""
    return next(_places(title, names), (title, ""))


def _places(title: str, names: Names) -> Iterator[tuple[str, str]]:
    if (marked := MARKED.fullmatch(title)) and (exact := names.exact(marked["name"], "list")):
        yield marked["rest"], exact
    for match in BEFORE_NAME.finditer(title):
        rest, said = title[: match.start()], title[match.end() :]
        bare = SAYS_LIST.sub("", said)
        exact = names.exact(said, "list") or names.exact(bare, "list")
        says_list = bare != said or bool(match["at"])
        is_plain = says_list or " " in exact or match["how"].lower() in INSIDE
        if exact and is_plain and (says_list or not is_verb_alone(rest)):
            yield rest, exact


def _is_for_all(drafts: tuple[Draft, ...], filed: tuple[Draft, ...]) -> bool:
    """Tent, rope and lamps in Camping; but "pay rent, finish slides in Work" are two places."""
    *others, last = filed
    if not last.in_list or any(each.in_list for each in others):
        return False
    says_list = bool(SAYS_LIST.search(drafts[-1].title))
    return says_list or not any(starts_with_verb(each.title) for each in others)
