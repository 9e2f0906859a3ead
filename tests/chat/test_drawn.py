"""A stream that tells the blocks of the reply as HTML, for a reader who prefers that."""

import pytest
from rest_framework.test import APIClient

from chat.markdown import render
from conversations.models import Turn
from tests.chat.streams import Told, read
from tests.conftest import Plays
from tests.fakes import call

pytestmark = pytest.mark.django_db(transaction=True)

ONE = "Let me **see**.\n\n- a\n- b\n\nSo I add"
TWO = "# Done\n\n```\nlong\n\ncode\n```\nThat was **it**"
PIECES = [
    [*ONE, call("create_task", title="Milk")],
    [*TWO],
]
DRAWN = {"HTTP_PREFER": "drawn"}


def shown(events: list[Told], begun: list[str] | None = None) -> list[str]:
    """What a page that heard these events shows of each piece of text."""
    pieces = begun or [""]
    html = ["" for _ in pieces]
    for event in events:
        if event.name == "message.delta":
            pieces[-1] += event.data["text"]
        elif event.name == "message.drawn":
            html[-1] = event.data["html"] if event.data["first"] else html[-1] + event.data["html"]
            pieces[-1] = event.data["open"]
        elif event.name == "tool.started":
            assert pieces[-1] == ""
            pieces.append("")
            html.append("")
    return [f"{drawn}{text}" for drawn, text in zip(html, pieces, strict=True)]


def stream(client: APIClient, plays: Plays, **headers: str) -> list[Told]:
    plays(*PIECES)
    return read(client.post("/api/chat/", {"message": "milk", "stream": True}, **headers))


def events(client: APIClient, last: str, **headers: str) -> list[Told]:
    turn = Turn.objects.get()
    url = f"/api/conversations/{turn.conversation_id}/events/"
    return read(client.get(url, headers={"Last-Event-ID": last}, **headers))


def test_each_block_is_told_when_it_has_ended(client: APIClient, plays: Plays) -> None:
    told = stream(client, plays, **DRAWN)

    assert shown(told) == [
        render(ONE),
        render(TWO.removesuffix("That was **it**")) + "That was **it**",
    ]
    before = told[: [event.name for event in told].index("message.drawn")]
    heard = "".join(event.data["text"] for event in before if event.name == "message.delta")
    assert heard == "Let me **see**.\n\n-"  # a call might begin behind the blank line


def test_whoever_does_not_ask_for_it_hears_nothing_of_it(client: APIClient, plays: Plays) -> None:
    told = stream(client, plays)

    assert "message.drawn" not in {event.name for event in told}
    assert "message.drawn" not in {event.name for event in events(client, told[0].id)}


def test_it_can_be_gone_on_with_behind_any_event(client: APIClient, plays: Plays) -> None:
    told = stream(client, plays, **DRAWN)
    whole = shown(told)

    for number, event in enumerate(told[:-1:7]):
        heard = told[: 7 * number + 1]
        again = events(client, event.id, **DRAWN)
        assert shown(heard + again)[-1].split("\n")[0] == whole[-1].split("\n")[0]
        assert shown(heard + again)[-1].endswith("That was **it**")
        assert shown(heard + again)[0] == whole[0]
