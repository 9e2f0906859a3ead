"""Sentences by example."""

from datetime import UTC, datetime

import pytest

from agent.offline.templates import first_read, rules, template

NOW = datetime(2026, 11, 29, tzinfo=UTC)
NAMES = {"task": r"(?P<task>.{1,20}?)", "done": r"(?:done|finished)"}
READ = [
    ("(mark|tick) {task} [off] [as] {done}", "Tick the Milk off as done", "the Milk"),
    ("(mark|tick) {task} [off] [as] {done}", "mark milk finished", "milk"),
    ("[please] [do] {task} [again|too]", "please milk too", "milk"),
    ("{task}['s] over", "milk's over", "milk"),
    ("re[-]open [{task}]", "reopen", None),
    ("(a|b c [d]) {task}", "b c d milk", "milk"),
    ("why? {task}.", "why? milk.", "milk"),
]
NOT_READ = [
    ("(mark|tick) {task} [off] {done}", "mark milk"),
    ("(mark|tick) {task}", "marked milk"),
    ("(mark|tick) {task}", "tick " + "milk" * 6),
    ("tick [off] {done}", "tick offdone"),
    ("why? {task}.", "wh milk!"),
]


@pytest.mark.parametrize(("told", "text", "task"), READ)
def test_a_template_reads_what_it_is_an_example_of(told: str, text: str, task: str | None) -> None:
    match = template(told, NAMES).fullmatch(text)

    assert match
    assert match["task"] == task


@pytest.mark.parametrize(("told", "text"), NOT_READ)
def test_a_template_reads_nothing_else(told: str, text: str) -> None:
    assert not template(told, NAMES).fullmatch(text)


@pytest.mark.parametrize("told", ["(mark", "mark)", "[mark)", "mark {task", "mark task}", "(a]"])
def test_what_is_no_template_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"template|closed|should be"):
        template(told, NAMES)


def test_a_name_of_no_lexicon_is_refused() -> None:
    with pytest.raises(KeyError):
        template("mark {tsak}", NAMES)


def test_the_first_reader_that_makes_something_of_its_sentence_is_heard() -> None:
    table = rules(
        NAMES,
        (lambda match, now: None, "tick {task}"),
        (lambda match, now: match["task"], "(tick|mark) {task}\nundo {task}"),
        (lambda match, now: "never", "tick {task}"),
    )

    assert first_read(table, "tick milk", NOW) == "milk"
    assert first_read(table, "undo milk", NOW) == "milk"
    assert first_read(table, "wash milk", NOW) is None
