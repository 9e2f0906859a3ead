"""manage.py usage: the numbers of the admin, in a terminal and through a pipe."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import ConversationFactory, UserFactory
from tests.oversight.rows import call_at, turn_at

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def usage(out: StringIO | None = None, **options: Any) -> list[str]:
    out = out or StringIO()
    call_command("usage", stdout=out, **options)
    return out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def _two_turns(settings: Any) -> None:
    settings.MODEL_PRICES = {"m-1": [2.0, 10.0]}
    ada = ConversationFactory(user=UserFactory(username="ada\tb\x1b[31m"))
    call_at(turn_at(timezone.now() - timedelta(hours=2), ada, seconds=4), "list_tasks", 20)
    turn_at(timezone.now() - timedelta(days=3), ada, model="m-2")


@pytest.mark.parametrize(
    ("by", "row"),
    [
        ("model", "m-1\t1\t1\t0\t0\t0\t4.000\t4.000\t\t\t1000\t0\t100\t0.003000"),
        ("user", "ada b[31m\t1\t1\t0\t0\t0\t1000\t0\t100\t0.003000"),
        ("tool", "list_tasks\t1\t0\t0.020\t0.020"),
    ],
)
def test_through_a_pipe_it_is_lines_with_tabs(by: str, row: str) -> None:
    lines = usage(by=by)

    assert lines[0].lower().startswith(by)
    assert lines[1:] == [row]


def test_by_hour_and_since() -> None:
    assert len(usage(by="hour")) == 2
    assert len(usage(by="hour", since="4d")) == 3


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_in_a_terminal_it_is_a_table_that_fits(
    monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    told = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(usage(Terminal(), since="1w")))

    assert "Turns: 2; ended badly: 0; users: 1." in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= int(columns)
    assert ("Cancelled" in told) is (columns == "200")
    assert "m-1" in told
    assert "Not in MODEL_PRICES, so without cost: m-2." in told


def test_of_nothing() -> None:
    assert usage(Terminal(), since="1h")[-1] == "Nothing."
    assert len(usage(since="1h")) == 1


@pytest.mark.parametrize("since", ["yesterday", "2999-01-01", "0h"])
def test_what_is_no_time_is_told(since: str) -> None:
    with pytest.raises(CommandError, match=f"--since: .?{since}.? is no"):
        usage(since=since)
