"""What a client sends to have a run, its ``RunAgentInput``.

What the protocol names is checked as it says, unknown members are ignored. A client sends the
whole transcript with every run; of that the newest message of the user is believed, and no more.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Annotated, Any, Literal, NoReturn
from urllib.parse import quote, unquote

import pydantic
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_camel
from rest_framework.exceptions import ErrorDetail, ValidationError

from chat.serializers import LONGEST_MESSAGE
from web.fields import SpokenTextField

DOOR = "ag-ui"
ANSWER = f"{DOOR}::answer:"
LONGEST_KEY = 200
MOST_FAULTS = 20
SENTENCES = {
    "missing": "This field is required.",
    "model_type": "Give an object.",
    "list_type": "Give a list.",
    "string_type": "Give a string.",
}
"""By pydantic's names of faults; the others have sentences that anybody understands."""
ROLES = ("user", "assistant", "system", "developer", "tool", "activity", "reasoning")


class Sent(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="ignore", alias_generator=to_camel, defer_build=True
    )


class TextPart(Sent):
    text: str


class OtherPart(Sent):
    """A picture, a sound, a file: a producer that cannot use one goes on without it."""

    type: str


def _kind(part: Any) -> str:
    is_text = isinstance(part, dict) and part.get("type") == "text"
    return "<text>" if is_text else "<other>"


Part = Annotated[
    Annotated[TextPart, Tag("<text>")] | Annotated[OtherPart, Tag("<other>")],
    Discriminator(_kind),
]


def _form(content: Any) -> str:
    return "<parts>" if isinstance(content, list) else "<words>"


Content = Annotated[
    Annotated[str, Tag("<words>")] | Annotated[list[Part], Tag("<parts>")], Discriminator(_form)
]


class Message(Sent):
    """One of a kind that we only look at, to see that it is one."""

    id: str
    role: str


class UserMessage(Message):
    content: Content

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart))


class Function(Sent):
    name: str
    arguments: str


class ToolCall(Sent):
    id: str
    type: Literal["function"]
    function: Function


class AssistantMessage(Message):
    content: str | None = None
    tool_calls: list[ToolCall] | None = None


class WrittenMessage(Message):
    content: str


class ToolMessage(Message):
    content: Content
    tool_call_id: str
    error: str | None = None


class ActivityMessage(Message):
    activity_type: str
    content: dict[str, Any]


def _role(message: Any) -> str | None:
    role = message.get("role") if isinstance(message, dict) else None
    return f"<{role}>" if role in ROLES else None


AnyMessage = Annotated[
    Annotated[UserMessage, Tag("<user>")]
    | Annotated[AssistantMessage, Tag("<assistant>")]
    | Annotated[WrittenMessage, Tag("<system>")]
    | Annotated[WrittenMessage, Tag("<developer>")]
    | Annotated[ToolMessage, Tag("<tool>")]
    | Annotated[ActivityMessage, Tag("<activity>")]
    | Annotated[WrittenMessage, Tag("<reasoning>")],
    Discriminator(
        _role,
        custom_error_type="invalid",
        custom_error_message=f"Give a message with one of the roles {', '.join(ROLES)}.",
    ),
]


class Tool(Sent):
    name: str
    description: str


class Context(Sent):
    description: str
    value: str


class Answer(Sent):
    """What somebody says to an interrupt: ``payload`` is ``{"approved": true}``, or false."""

    interrupt_id: str
    status: Literal["resolved", "cancelled"]
    payload: Any = None

    @property
    def is_yes(self) -> bool | None:
        """None: it is not to be understood."""
        if self.status == "cancelled":
            return False
        said = self.payload.get("approved") if isinstance(self.payload, dict) else None
        return said if isinstance(said, bool) else None


class RunInput(Sent):
    """``tools``, ``context`` and all else of the protocol may be there, and change nothing."""

    thread_id: str = Field(min_length=1)
    run_id: str = Field(min_length=1)
    parent_run_id: str | None = None
    protocol_version: str | None = None
    messages: list[AnyMessage]
    tools: list[Tool] | None = None
    context: list[Context] | None = None
    resume: list[Answer] | None = None

    @classmethod
    def read(cls, body: Any) -> "RunInput":
        """Raises REST framework's ValidationError."""
        try:
            return cls.model_validate(body)
        except pydantic.ValidationError as error:
            raise ValidationError(_faults(error)) from None

    @property
    def newest(self) -> UserMessage | None:
        """What the user has said last."""
        return next((each for each in self._backwards() if isinstance(each, UserMessage)), None)

    @property
    def unanswered(self) -> UserMessage | None:
        """The same, if nothing stands behind it that an assistant has said or done."""
        for each in self._backwards():
            if isinstance(each, UserMessage):
                return each
            if isinstance(each, (AssistantMessage, ToolMessage)):
                return None
        return None

    @property
    def answers(self) -> dict[str, bool]:
        """What is said to each interrupt. Raises ValidationError.

        Where somebody says something new and gives up on all of them, it is what they have said.
        """
        answers: dict[str, bool] = {}
        for place, each in enumerate(self.resume or ()):
            if each.is_yes is None:
                _refuse(f"resume.{place}.payload", 'Give {"approved": true}, or false.')
            if answers.setdefault(each.interrupt_id, each.is_yes) != each.is_yes:
                _refuse(f"resume.{place}.interruptId", "It is answered twice, and not alike.")
        if not self.unanswered or not answers:
            return answers
        if self.gives_up:
            return {}
        return _refuse("resume", "Answer, or say something new: one of them in a run.")

    @property
    def gives_up(self) -> bool:
        """Whether whatever it answers is to be left. It may be asked no more: until its client has
        given up on it, it says nothing else on the thread.
        """
        return all(each.status == "cancelled" for each in self.resume or ())

    def words_of(self, message: UserMessage) -> str:
        """As it may be said. Raises ValidationError."""
        try:
            return str(SpokenTextField(max_length=LONGEST_MESSAGE).run_validation(message.text))
        except ValidationError as error:
            behind = next(n for n, each in enumerate(self._backwards(), 1) if each is message)
            place = f"messages.{len(self.messages) - behind}.content"
            raise ValidationError({place: error.detail}) from None

    @property
    def key(self) -> str | None:
        """The same for the same wish, however often it is sent; None where none is in it."""
        if answers := self.answers:
            said = [f"{id} {yes}" for id, yes in sorted(answers.items())]
            wish = _key(self.thread_id, self.run_id, *said)
            return ANSWER + sha256(wish.encode()).hexdigest()
        return _key(self.thread_id, self.newest.id) if self.newest and self.newest.id else None

    def _backwards(self) -> Iterator[Message]:
        return reversed(self.messages)


def _key(*names: str) -> str:
    key = ":".join([DOOR, *(quote(name, safe="") for name in names)])
    if len(key) <= LONGEST_KEY:
        return key
    return f"{DOOR}::{sha256(key.encode()).hexdigest()}"


def is_answer(key: str | None) -> bool:
    """Whether what came with this key answers interrupts."""
    return (key or "").startswith(ANSWER)


def id_in(key: str | None) -> str | None:
    """The client's own id of a message that came with this key, if the key tells it."""
    door, _, names = (key or "").partition(":")
    thread, _, id = names.partition(":")
    return unquote(id) if door == DOOR and thread and ":" not in id else None


def _faults(error: pydantic.ValidationError) -> dict[str, list[ErrorDetail]]:
    told = error.errors(include_url=False, include_input=False, include_context=False)
    return {
        ".".join(str(each) for each in fault["loc"] if not str(each).startswith("<")): [
            ErrorDetail(SENTENCES.get(fault["type"], fault["msg"]), code="invalid")
        ]
        for fault in told[:MOST_FAULTS]
    }


def _refuse(field: str, sentence: str) -> NoReturn:
    raise ValidationError({field: [ErrorDetail(sentence, code="invalid")]})
