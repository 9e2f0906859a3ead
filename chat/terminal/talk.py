"""What is said in a terminal, and what comes of it."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.http import Http404
from rest_framework.exceptions import APIException

from accounts.models import User
from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.answering import NO, YES
from chat.pages.cards import card
from chat.pages.transcript import pieces
from chat.send import Asker, send
from chat.serializers import LONGEST_MESSAGE
from chat.terminal.paper import Paper
from chat.turns import TurnEnded, TurnEvent, take
from conversations.asked import asked_in
from conversations.models import Conversation, Message, ToolCall, Turn
from web.errors import sentence
from web.fields import SpokenTextField

DOOR = "terminal"
EARLIER = 10  # messages that are shown of a conversation that goes on
LISTED = 10
SHORT = {"y": YES, "yes": YES, "n": NO, "no": NO}
HELP = """/new begins a conversation, /list shows the latest, /open 2 goes on with one of them.
Ctrl+C stops a reply, and twice leaves; Ctrl+D leaves."""


class Talk:
    """One person's, who may go from conversation to conversation.

    ``asks``: the latest reply wants a yes or a no. ``failed``: something was not answered.
    """

    def __init__(self, user: User, paper: Paper, where: UUID | None) -> None:
        self.where = where
        self.asks = False
        self.failed = False
        self._user = user
        self._paper = paper
        self._listed: list[Conversation] = []

    def show_earlier(self) -> None:
        """The latest messages of the conversation that goes on."""
        today = self._user.local_now().date()
        messages = Message.objects.for_user(self._user).filter(conversation=self.where)
        for message in messages.standing().last_with_turns(EARLIER):
            if message.turn_behind is None:
                self._paper.said(message.content)
                continue
            for piece in pieces(message, message.content, today):
                if isinstance(piece, str):
                    self._paper.add(piece)
                else:
                    self._paper.tool(piece)
            self._paper.end()
            self.asks = bool(asked_in(message.calls))

    def obey(self, line: str) -> None:
        """A command, ``/new``; or else words."""
        name, _, rest = line.strip().partition(" ")
        commands: dict[str, Callable[[str], None]] = {
            "/new": self._begin_anew,
            "/list": self._list,
            "/open": self._open,
            "/help": lambda _: self._paper.note(HELP),
        }
        if not name.startswith("/"):
            self.say(line)
        elif name in commands:
            commands[name](rest.strip())
        else:
            self._paper.note(f"There is no command {name}.\n{HELP}", "red")

    def say(self, line: str) -> None:
        """Take a turn, which Ctrl+C stops."""
        words = SHORT.get(line.strip().lower(), line) if self.asks else line
        try:
            text = SpokenTextField(max_length=LONGEST_MESSAGE).run_validation(words)
            turn, _replayed = send(Asker(self._user, DOOR), self.where, text, None)
        except APIException as error:
            self._fail(sentence(error))
            return
        except (Http404, ObjectDoesNotExist):
            self._fail("This conversation is gone; /new begins another one.")
            return
        except KeyboardInterrupt:  # another reply is waited for
            self._fail("Not sent.")
            return
        self.where = turn.conversation_id
        self._paper.begin()
        try:
            with _stopped_by_hand(turn.conversation):
                self._tell(take(turn, self._user, streamed=True))
        finally:
            self._paper.end()

    def _tell(self, events: Iterable[TurnEvent]) -> None:
        today, arguments = self._user.local_now().date(), {}
        for event in events:
            match event:
                case TextDelta(text):
                    self._paper.add(text)
                case ToolStarted():
                    arguments = event.arguments
                case ToolFinished(_, name, status, result):
                    call = ToolCall(name=name, arguments=arguments, result=result, status=status)
                    self._paper.tool(card(call, today))
                case TurnEnded(turn):
                    self._paper.end()
                    self._end(turn)

    def _end(self, turn: Turn) -> None:
        self.asks = turn.status == Turn.Status.COMPLETED and bool(asked_in(turn.calls))
        if turn.warning:
            self._paper.note(turn.warning, "yellow")
        if turn.status == Turn.Status.CANCELLED:
            self._paper.note("Stopped.")
        if turn.error:
            self._fail(turn.error["detail"])

    def _fail(self, why: str) -> None:
        self.failed = True
        self._paper.note(why, "red")

    def _begin_anew(self, _rest: str) -> None:
        self.where, self.asks = None, False
        self._paper.note("A new conversation.")

    def _list(self, _rest: str) -> None:
        self._listed = list(Conversation.objects.for_user(self._user).latest_first()[:LISTED])
        for number, each in enumerate(self._listed, 1):
            self._paper.note(f"{number:>2}  {each.shown_title}", "")
        if not self._listed:
            self._paper.note("There are no conversations yet.")

    def _open(self, number: str) -> None:
        shown = {str(place): each.pk for place, each in enumerate(self._listed, 1)}
        if number not in shown:
            self._paper.note("Give a number that /list has shown.", "red")
            return
        self.where, self.asks = shown[number], False
        self.show_earlier()


@contextmanager
def _stopped_by_hand(conversation: Conversation) -> Iterator[None]:
    """Ctrl+C asks the turn to stop; a second one leaves, and so ends the process that takes it."""

    def ask_to_stop() -> None:
        conversation.cancel()
        connection.close()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        Thread(target=ask_to_stop).start()  # with a connection of its own: ours may be in use

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
