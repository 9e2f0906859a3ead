"""JSON as models write it: what can be understood is, and what is cut off never."""

from time import process_time
from typing import Any

import pytest

from agent import loose
from agent.tools import read_arguments

MILK = {"title": "Milk"}
UNDERSTOOD: dict[str, tuple[str, Any]] = {
    "a comma at the end": ('{"title": "Milk",}', MILK),
    "commas in a list": ('{"a": [1, 2, ], }', {"a": [1, 2]}),
    "single quotes": ("{'title': 'Milk'}", MILK),
    "quotes within quotes": ("{'title': 'Bob\\'s \"best\"'}", {"title": 'Bob\'s "best"'}),
    "a stroke that none needs": ('{"title": "Bob\\\'s"}', {"title": "Bob's"}),
    "a path": (r'{"notes": "C:\dir"}', {"notes": r"C:\dir"}),
    "the words of Python": (
        "{'completed': True, 'a': False, 'b': None}",
        {"completed": True, "a": False, "b": None},
    ),
    "both languages": ('{"a": None, \'b\': true}', {"a": None, "b": True}),
    "a byte of Python": (r"{'title': '\xe9'}", {"title": "é"}),
    "a line end": ('{"notes": "one\ntwo\t3"}', {"notes": "one\ntwo\t3"}),
    "a line end in single quotes": ("{'notes': 'one\r\ntwo'}", {"notes": "one\r\ntwo"}),
    "names without quotes": ("{title: 'Milk', due_date: null}", MILK | {"due_date": None}),
    "comments": ('// new\n{"title": /* a */ "Milk" # b\n} // c', MILK),
    "no comments": ('{"title": "http://a.b/#c /* d */"}', {"title": "http://a.b/#c /* d */"}),
    "a name twice": ('{"a": "Milk", "b": 1, "a": "Milk"}', {"a": "Milk", "b": 1}),
    "all at once": ("{title: 'Mi\nlk', 'done': True, // x\n}", {"title": "Mi\nlk", "done": True}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), UNDERSTOOD.values(), ids=UNDERSTOOD.keys())
def test_what_can_be_understood_is(text: str, value: Any) -> None:
    assert loose.read(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Milk"',
        '{"title": "Mi',
        "{'title': 'Mi",
        '{"title": "Milk", "a": [1, 2',
        '{"a": {"b": 1}',
        '{"title":',
        '{"title": "Milk"} and more',
        '{"title": "Milk"}}',
        '{"title": Milk}',
        '{"title": "Milk" "a": 1}',
        '{"a": [1,, 2]}',
        "{'title': 'Bob's'}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        '{"a": /* 1}',
        '{"a": "Milk", "a": "Bread"}',
        "{'a': [{b: 1, 'b': 2}]}",
        "",
        "Milk",
    ],
)
def test_what_is_cut_off_or_could_be_anything_is_not(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any will do)
        loose.read(text)


LONG = 200_000


@pytest.mark.parametrize(
    ("begin", "repeated", "end"),
    [
        ("", "{", ""), ("", '{"a":', ""), ("", "[", ""), ("", "[{},", ""), ("", "/*", ""),
        ("{", "/*", ""), ("", '"', ""), ("{'a': '", '"', "'}"), ("{'a': '", "\n", "'}"),
        ("{'a': [", "None,", "]}"), ("{'a': [", "[[],],", "]}"), ("{", "'x", ""),
        ('{"a": "', "\\", ""), ("", "# \n", ""), ("", " ", ""), ("{'a': ", "9", "}"),
        ("", "{}", ""),
    ],
)  # fmt: skip
def test_long_and_hostile_arguments_take_a_moment(begin: str, repeated: str, end: str) -> None:
    text = (begin + repeated * (LONG // len(repeated)))[: LONG - len(end)] + end
    begun = process_time()

    read_arguments("create_task", text)

    assert process_time() - begun < 5


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ('"{\\"title\\": \\"Milk\\"}"', MILK),
        ('[{"title": "Milk"}]', MILK),
        ('"[{\\"title\\": \\"Milk\\"}]"', MILK),
        ('{}{"title": "Milk"}', MILK),
        ('{"title": "Milk"}{"title": "Milk"}', MILK),
        ('{"title": "Milk"}\n{}', MILK),
        ('""', {}),
        ("null", {}),
        (" ", {}),
    ],
)
def test_one_object_is_found_in_what_is_around_it(text: str, arguments: dict[str, Any]) -> None:
    assert read_arguments("create_task", text) == (arguments, arguments)


@pytest.mark.parametrize(
    "text",
    ['[{"title": "Milk"}, {"title": "Tea"}]', '{"title": "Milk"}{"title": "Tea"}', "[]", "5",
     '{}{"title": "Mi', '["' * 50 + '"]' * 50],
)  # fmt: skip
def test_of_two_objects_none_is_taken(text: str) -> None:
    assert list(read_arguments("create_task", text)[0]) == ["raw"]
