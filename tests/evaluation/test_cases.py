"""The cases we have: enough of them, each readable, solvable, and not solved by doing nothing."""

import re
from pathlib import Path

import pytest

from evaluation.cases import Case, CaseError, Family, families
from evaluation.trial import take
from tests.evaluation.players import Player, idle, perfect

FAMILIES = families()
NAMES = [family.name for family in FAMILIES]
HEAD = "about Only this.\n\n# One\nnow 2026-11-21 12:10\n"

# On SQLite it runs whatever is configured.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.no_cover]


def cases_of(name: str) -> tuple[Case, ...]:
    return next(family.cases for family in FAMILIES if family.name == name)


def test_there_are_twelve_families_of_twenty_and_two_hundred_and_fifty_in_all() -> None:
    sizes = {family.name: len(family.cases) for family in FAMILIES}

    assert len(sizes) == 12
    assert min(sizes.values()) >= 20
    assert sum(sizes.values()) >= 250


def test_no_two_are_alike_but_for_a_word() -> None:
    said: dict[frozenset[str], str] = {}
    for case in [case for family in FAMILIES for case in family.cases]:
        words = re.findall(r"\w{3,}", " ".join(message.text for message in case.asked).lower())
        told = frozenset(words)
        alike = [
            name
            for other, name in said.items()
            if len(told) > 3 and len(told ^ other) <= 2 and len(other) > 3
        ]
        assert not alike, f"{case.name} is {alike}"
        said[told] = case.name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_whoever_does_as_told_passes(name: str) -> None:
    for case in cases_of(name):
        trial = take(case, 1, Player(perfect(case)))
        assert (trial.passed, trial.why, trial.error) == (True, "", ""), case.name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", NAMES)
def test_whoever_does_nothing_passes_only_where_nothing_is_to_be_done(name: str) -> None:
    for case in cases_of(name):
        trial = take(case, 1, Player(idle))
        assert trial.passed is nothing_to_do(case), case.name
        assert not trial.wrong_write, case.name


def nothing_to_do(case: Case) -> bool:
    return all(
        not message.words and any(outcome[0].kind == "same" for outcome in message.outcomes)
        for message in case.asked
    )


def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    faults = {
        "sing a song": "this cannot stand here: sing a song",
        "task Buy milk | tomorrow": "“tomorrow” is not a day",
        "zone Europe/Berlin": "this cannot stand here: zone",
        "done Buy milk": "this cannot stand here: done",
        "> hello\nsame\nnew Milk": "“same” stands alone",
        "> hello\ndone Buy milk": "no such row before it: Buy milk",
        "> hello\nnew Milk -> Tea": "have no arrow",
        "> hello\n> again": "tell what comes of “hello”",
        ">> hello\nsame\n> again": "tell what was answered to “hello”",
        "> hello\nsame\nor": "tell what comes of “hello”",
        "now yesterday": "yesterday",
    }
    for line, why in faults.items():
        with pytest.raises(CaseError, match=re.escape(why)) as told:
            read(tmp_path, f"{HEAD}{line}\n# Two\n")
        assert re.search(r"family\.txt:\d+: ", str(told.value)), line


def test_the_line_is_the_one_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"family\.txt:6: “soon”"):
        read(tmp_path, f"{HEAD}task Buy milk\ntask Tea | soon\n> hello\nsame\n")
    with pytest.raises(CaseError, match=r"family\.txt:4: Mars/Base is not an IANA time zone"):
        read(tmp_path, "about Only this.\n\n# One\nzone Mars/Base\n")


def test_a_case_is_about_something_and_asks_for_something(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="asks for nothing"):
        read(tmp_path, f"{HEAD}task Buy milk\n")
    with pytest.raises(CaseError, match="a title of its own"):
        read(tmp_path, f"{HEAD}> hello\nsame\n# One\n")
    with pytest.raises(CaseError, match="a line “about …”"):
        read(tmp_path, "# One\nnow 2026-11-21 12:10\n> hello\nsame\n")
    with pytest.raises(CaseError, match="no file of cases"):
        families(tmp_path / "nowhere")


def test_a_case_is_known_by_what_it_tells(tmp_path: Path) -> None:
    (one,) = read(tmp_path, f"{HEAD}> hello\nsame\n").cases
    (spaced,) = read(tmp_path, f"{HEAD}\n  > hello\n\nsame\n").cases
    (other,) = read(tmp_path, f"{HEAD}> hello!\nsame\n").cases

    assert one.digest == spaced.digest != other.digest


def test_a_span_stands_for_many_lines(tmp_path: Path) -> None:
    (case,) = read(tmp_path, f"{HEAD}task Box {{1..3}}\n> two and three\ndone Box {{2..3}}\n").cases

    assert len(case.steps) == 4
    assert [change.which.titles for change in case.asked[0].outcomes[0] if change.which] == [
        ("Box 2",),
        ("Box 3",),
    ]


def read(folder: Path, text: str) -> Family:
    (folder / "family.txt").write_text(text, encoding="utf-8")
    (family,) = families(folder)
    return family
