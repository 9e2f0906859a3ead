"""A turn told in frames: whoever goes on behind any number hears the rest, and nothing twice."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from agent.events import Event, TextDelta, ToolFinished, ToolStarted
from chat.sse import data_line
from chat.telling import Frame, Telling
from chat.turns import TurnEvent

CALL = UUID(int=7)
EVENTS: list[Event] = [
    TextDelta("Let me "),
    TextDelta("see…"),
    ToolStarted(CALL, "list_tasks", {}),
    ToolFinished(CALL, "list_tasks", "succeeded", {"tasks": []}, 3),
    TextDelta("Nothing is open 🎉."),
]


class Spoken:
    """A protocol with a frame before each piece of text, and two for the end of a tool."""

    def __init__(self) -> None:
        self._speaks = False

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        match event:
            case TextDelta(text):
                if not self._speaks:
                    self._speaks = True
                    yield Frame({"type": "start"})
                yield Frame({"type": "text", "said": text}, text="said")
            case ToolStarted():
                self._speaks = False
                yield Frame({"type": "tool"}, event="tool")
            case ToolFinished():
                yield Frame({"type": "result"})
                yield Frame({"type": "done"})

    def line(self, frame: Frame, number: int) -> bytes:
        return data_line(frame.data, event=frame.event, id=str(number))


def told(events: list[Event], behind: int = 0) -> list[bytes]:
    telling = Telling(UUID(int=1), 1, Spoken(), behind)
    lines = b"".join(map(telling.tell, events)).split(b"\n\n")
    return [line for line in lines if line]


def test_a_frame_has_its_fields_and_the_number_behind_it() -> None:
    assert told(EVENTS)[:4] == [
        b'id: 1\ndata: {"type": "start"}',
        b'id: 8\ndata: {"type": "text", "said": "Let me "}',
        b'id: 12\ndata: {"type": "text", "said": "see\xe2\x80\xa6"}',
        b'id: 13\nevent: tool\ndata: {"type": "tool"}',
    ]


@pytest.mark.parametrize("place", range(9))
def test_the_rest_behind_each_frame_is_what_was_not_told(place: int) -> None:
    whole = told(EVENTS)
    numbers = [0, *(int(line.split(b"\n")[0].removeprefix(b"id: ")) for line in whole)]

    assert told(EVENTS, numbers[place]) == whole[place:]


def test_a_piece_of_text_is_cut_where_a_reader_has_come_to() -> None:
    """The rows know the text as one piece, however it came."""
    in_one_piece = [TextDelta("Let me see…"), *EVENTS[2:]]

    assert told(in_one_piece, 8)[0] == b'id: 12\ndata: {"type": "text", "said": "see\xe2\x80\xa6"}'
    assert told(in_one_piece)[3:] == told(EVENTS)[4:]


def test_nothing_is_left_behind_the_last_number() -> None:
    assert told(EVENTS, 10_000) == []
