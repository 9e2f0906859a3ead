"""Which regular expressions can take more time than there is text, told from their parse trees.

Three forms are found, each of which makes an expression quadratic or worse on some text:

- nested: a repetition inside a repetition where the same text can be shared out in several ways;
- adjacent: two repetitions beside each other that can take the same characters;
- begins unbounded: a searched expression whose first part can be begun at each character of a run.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from re import _constants as c  # type: ignore[attr-defined]  # isort: skip
from re import _parser as parser  # type: ignore[attr-defined]  # isort: skip

from text.expressions import Expression as Declared

SAMPLE = "".join(map(chr, range(9, 127))) + "éÉß–—“”’‘«»€№\u00a0\u202f٣漢😀"
"""The characters that sets are compared by."""
SINGLE = re.Pattern | Declared
SEARCHES = {"search", "sub", "subn", "split", "findall", "finditer"}
REPEATS = (c.MAX_REPEAT, c.MIN_REPEAT)
ONE_CHARACTER = (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)
Item = tuple[Any, Any]


def faults_of(pattern: re.Pattern[str], *, searched: bool) -> set[str]:
    """The forms above that ``pattern`` has."""
    tree = list(parser.parse(pattern.pattern, pattern.flags))
    look = _Look(pattern.flags)
    faults = set(look.repetitions(tree))
    if searched and any(look.begins_unbounded(each) for each in _alternatives(tree)):
        faults.add("begins unbounded")
    return faults


class _Look:
    """What can be told of items under some flags."""

    def __init__(self, flags: int) -> None:
        self._flags = flags & (re.IGNORECASE | re.DOTALL | re.ASCII)

    def repetitions(self, items: list[Item], loop: list[Item] | None = None) -> Iterator[str]:
        """The faults of ``items``; ``loop`` is what follows them where they are repeated."""
        for place, item in enumerate(items):
            following = [*items[place + 1 :], *(loop or [])]
            if _is_run(item):
                own = self._first(list(item[1][2]))
                if own & self._runs(following):
                    yield "adjacent" if loop is None else "nested"
                elif loop is not None and own & self._first(following):
                    yield "nested"
            elif _is_unbounded(item):
                yield from self.repetitions(list(item[1][2]), loop=list(item[1][2]))
            else:
                for inner in _inside(item):
                    yield from self.repetitions(inner, loop=following if loop else None)
                    yield from self._at_its_end(inner, following)

    def _at_its_end(self, inner: list[Item], following: list[Item]) -> Iterator[str]:
        """Two runs side by side, of which only one is in a group."""
        if inner and _is_run(inner[-1]):
            if self._first([inner[-1]]) & self._runs(following):
                yield "adjacent"
        elif inner and inner[-1][0] is c.SUBPATTERN:
            for deeper in _inside(inner[-1]):
                yield from self._at_its_end(deeper, following)

    def begins_unbounded(self, items: list[Item]) -> bool:
        for place, item in enumerate(items):
            rest = items[place + 1 :]
            if item[0] in (c.AT, c.ASSERT, c.ASSERT_NOT):
                if item[0] is c.AT or item[1][0] < 0:
                    return False
            elif _is_run(item):
                return not self._always_matches(rest)
            elif any(self.begins_unbounded([*each, *rest]) for each in _inside(item)):
                return True
            elif item[0] in (c.SUBPATTERN, c.BRANCH) or not self._is_nullable([item]):
                return False
        return False

    def _runs(self, items: list[Item]) -> set[str]:
        """The characters of repetitions that can begin at once; not of one that always succeeds."""
        runs: set[str] = set()
        for place, item in enumerate(items):
            if _is_run(item):
                own = self._first(list(item[1][2]))
                always = own >= set(SAMPLE) and place == len(items) - 1
                runs |= set() if always else own
            elif _is_unbounded(item):
                runs |= self._runs(list(item[1][2]))
            else:
                for inner in _inside(item):
                    runs |= self._runs([*inner, *items[place + 1 :]][: len(inner) + 1])
            if not self._is_nullable([item]):
                break
        return runs

    def _first(self, items: list[Item]) -> set[str]:
        """The characters that what ``items`` match can begin with."""
        first: set[str] = set()
        for item in items:
            if item[0] in ONE_CHARACTER:
                first |= self._characters(item)
            for inner in _inside(item):
                first |= self._first(inner)
            if not self._is_nullable([item]):
                break
        return first

    def _characters(self, item: Item) -> set[str]:
        state = parser.State()
        state.flags = self._flags
        one = re._compiler.compile(parser.SubPattern(state, [item]), self._flags)  # type: ignore[attr-defined]
        return {character for character in SAMPLE if one.fullmatch(character)}

    def _always_matches(self, items: list[Item]) -> bool:
        looks = (c.AT, c.ASSERT, c.ASSERT_NOT)
        return self._is_nullable(items) and all(item[0] not in looks for item in items)

    def _is_nullable(self, items: Iterable[Item]) -> bool:
        return all(self._can_be_empty(item) for item in items)

    def _can_be_empty(self, item: Item) -> bool:
        if item[0] in ONE_CHARACTER:
            return False
        if item[0] in (*REPEATS, c.POSSESSIVE_REPEAT) and item[1][0] == 0:
            return True
        inside = _inside(item)
        return not inside or any(self._is_nullable(inner) for inner in inside)


def _is_unbounded(item: Item) -> bool:
    return item[0] in REPEATS and item[1][1] is c.MAXREPEAT


def _is_run(item: Item) -> bool:
    """Whether it is an unbounded repetition of single characters."""
    return _is_unbounded(item) and len(item[1][2]) == 1 and item[1][2][0][0] in ONE_CHARACTER


def _inside(item: Item) -> list[list[Item]]:
    """The alternatives of what an item holds; none for one that takes no characters."""
    kind, value = item
    if kind in (*REPEATS, c.POSSESSIVE_REPEAT):
        return [list(value[2])]
    if kind is c.SUBPATTERN:
        return [[_any_at_all(each) if value[1] & re.DOTALL else each for each in value[3]]]
    if kind is c.ATOMIC_GROUP:
        return [list(value)]
    if kind is c.BRANCH:
        return [list(each) for each in value[1]]
    return []


def _any_at_all(item: Item) -> Item:
    """A dot, or a repetition of it, that takes line ends as well."""
    if item[0] is c.ANY:
        return c.IN, [(c.CATEGORY, c.CATEGORY_SPACE), (c.CATEGORY, c.CATEGORY_NOT_SPACE)]
    if item[0] in REPEATS:
        least, most, body = item[1]
        return item[0], (least, most, [_any_at_all(each) for each in body])
    return item


def _alternatives(items: list[Item]) -> list[list[Item]]:
    if len(items) == 1 and items[0][0] in (c.BRANCH, c.SUBPATTERN):
        return [each for inner in _inside(items[0]) for each in _alternatives(inner)]
    return [items]


# Where expressions are.


def modules(*packages: str) -> Iterator[ModuleType]:
    for name in packages:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield importlib.import_module(found.name)


@dataclass(frozen=True, slots=True)
class Expression:
    module: str
    pattern: re.Pattern[str]
    searched: bool
    """Or split at, or substituted: tried at each character of a text."""


@cache
def expressions(*packages: str) -> list[Expression]:
    """Each expression of the packages once, where it is found first."""
    every = list(modules(*packages))
    trees = {each.__name__: ast.parse(Path(str(each.__file__)).read_text()) for each in every}
    searched = {
        id(vars(module).get(name)) for module in every for name in _searched(trees[module.__name__])
    }
    found: dict[tuple[re.Pattern[str], bool], Expression] = {}
    for module in every:
        tree = trees[module.__name__]
        of_variables = any(name.islower() for name in _searched(tree))
        named = [
            (pattern, id(value) in searched if isinstance(value, SINGLE) else of_variables)
            for name, value in vars(module).items()
            for pattern in _patterns(value)
        ]
        for key in [*named, *_in_place(tree)]:
            found.setdefault(key, Expression(module.__name__, *key))
    return list(found.values())


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, Declared):
        yield value.compiled
    elif isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _patterns(each)
    elif isinstance(value, dict):
        yield from _patterns([*value.keys(), *value.values()])
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _patterns([getattr(value, name) for name in value.__dataclass_fields__])


def _searched(tree: ast.AST) -> Iterator[str]:
    """The names of what is searched for, as in ``NAME.search(…)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in SEARCHES:
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if name not in ("re", "", "text", "line", "words"):
                yield name


def _in_place(tree: ast.AST) -> Iterator[tuple[re.Pattern[str], bool]]:
    """What is written where it is used, as in ``re.sub("…", …)``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, literal = node.func.value, node.args[0]
        if not (isinstance(owner, ast.Name) and owner.id == "re"):
            continue
        if node.func.attr == "compile":
            continue
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
            yield re.compile(literal.value, re.IGNORECASE), node.func.attr in SEARCHES
