"""``manage.py chat`` and ``manage.py tasks``: through a pipe, and in a terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from select import select
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from agent.llm import LLMUnavailable
from conversations.models import Conversation, Turn
from tests.conftest import Plays, database_url
from tests.factories import ConversationFactory, TaskFactory
from tests.fakes import ScriptedServer, call
from tests.fakes.answers import asks, event, hangs, says, stream
from tests.servers import ROOT
from todos.models import Origin, Task, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

Pipes = Callable[..., tuple[str, str, int]]


@pytest.fixture
def pipes(user: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pipes:
    """What ``manage.py chat`` writes to both of its outputs for these lines, and its exit code."""

    def run(*lines: str, **options: Any) -> tuple[str, str, int]:
        monkeypatch.setattr(sys, "stdin", StringIO("".join(f"{line}\n" for line in lines)))
        code = 0
        try:
            call_command("chat", user=user.username, **options)
        except SystemExit as end:
            code = int(str(end.code))
        return *capsys.readouterr(), code

    return run


def test_lines_are_said_one_after_the_other(pipes: Pipes, plays: Plays, user: User) -> None:
    for title in "abcd":
        TaskFactory(user=user, title=title)
    every = [str(task.pk) for task in Task.objects.all()]
    plays(
        ["Let me.", call("create_task", title="Milk\x1b[31m"), call("nonsense")],
        ["Ad", "ded \x1b]0;owned\x07it."],
        [call("delete_task", task_ids=every)],
        ["I can."],
    )

    out, beside, code = pipes("Add milk", "  ", "Delete all of a, b, c, d", "yes")

    first, second = out.split("* Asks before it does this\n")
    assert first.splitlines()[:2] == ["Let me.", "* Created task: Milk[31m"]
    assert first.splitlines()[-1] == "Added ]0;ownedit."
    assert second.splitlines()[0] == "I can."
    assert second.splitlines()[-1].startswith("Deleted “")
    assert (beside, code) == ("", 0)
    assert {turn.door for turn in Turn.objects.all()} == {"terminal"}
    assert [turn.user_message.content for turn in Turn.objects.order_by("pk")][2] == "Yes."
    assert Conversation.objects.count() == 1


def test_what_is_not_answered_is_told_beside(pipes: Pipes, plays: Plays, user: User) -> None:
    plays(LLMUnavailable(), ["Hello."])
    conversation = ConversationFactory(user=user)

    out, beside, code = pipes("x" * 10_001, "Hi", "Hi", conversation=conversation.pk)

    assert (out, code) == ("Hello.\n", 1)
    assert [line[:20] for line in beside.splitlines()] == [
        *("Ensure this field ha", "The assistant cannot"),
    ]
    assert conversation.turns.count() == 2


def test_ctrl_c_ends_the_wait_for_another_reply(pipes: Pipes, user: User) -> None:
    busy = ConversationFactory(user=user).begin_turn("First", timedelta(minutes=1))
    Timer(1, signal.raise_signal, [signal.SIGINT]).start()

    out, beside, code = pipes("Hi", conversation=busy.conversation_id)

    assert (out, beside, code) == ("", "Not sent.\n", 1)
    assert Turn.objects.get() == busy


def test_whom_and_what_it_does_not_know(pipes: Pipes, stranger: User) -> None:
    theirs = ConversationFactory(user=stranger)
    for unknown in (theirs.pk, uuid4()):
        with pytest.raises(CommandError, match=f"has no conversation {unknown}"):
            pipes("Hi", conversation=unknown)
    for command in ("chat", "tasks"):
        with pytest.raises(CommandError, match=r"There is no user nobody\."):
            call_command(command, user="nobody")


def test_tasks_are_lines_with_tabs(user: User, stranger: User) -> None:
    home = TaskList.add(user, Origin("api"), name="Home")
    TaskFactory(user=user, title="Sw\x1beep\tall", list=home, tags=["a"], priority="high")
    TaskFactory(user=user, title="Call").complete(Origin("api"))
    TaskFactory(user=stranger, title="Not mine")

    assert told(user) == ["open\tSweep all\t\tHome\t#a\thigh"]
    assert told(user, status="done") == ["done\tCall\t\t\t\t"]
    assert told(user, list="home", search="all", tag="A") == told(user)
    assert told(user, list="inbox") == []
    for wrong in ({"due": "soon"}, {"list": "Work"}, {"ordering": "luck"}):
        with pytest.raises(CommandError, match=f"{next(iter(wrong))}|no list Work"):
            told(user, **wrong)


def test_who_reads_may_lack_letters_or_leave(
    user: User, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays(["Añadí leche."], ["Añadí pan."])
    TaskFactory(user=user, title="Leche y té")
    for command in ("tasks", "chat"):
        monkeypatch.setattr(sys, "stdin", StringIO("Añade leche\n"))
        monkeypatch.setattr(sys, "stdout", TextIOWrapper(BytesIO(), encoding="ascii"))
        call_command(command, user=user.username)
        sys.stdout.seek(0)
        assert sys.stdout.read() in ("open\tLeche y t?\t\t\t\t\n", "A?ad? leche.\n")

        monkeypatch.setattr(sys, "stdin", StringIO("Añade pan\n"))
        read, write = os.pipe()
        os.close(read)
        with open(write, "w") as left:
            monkeypatch.setattr(sys, "stdout", left)
            with pytest.raises(SystemExit, match="141"):
                call_command(command, user=user.username)


def told(user: User, **options: str) -> list[str]:
    out = StringIO()
    call_command("tasks", user=user.username, stdout=out, **options)
    return out.getvalue().splitlines()


class Terminal:
    """A process in a terminal of its own."""

    def __init__(self, *command: str, **environment: str) -> None:
        self._at, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **environment, "TERM": "xterm", "COLUMNS": "100"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            preexec_fn=lambda: os.setsid(),
        )
        os.close(theirs)
        self._decoder = getincrementaldecoder("utf-8")("replace")  # a letter may come in pieces
        self.shown = ""

    def until(self, words: str) -> str:
        """What is shown to these words, without colours."""
        while words not in self.shown:
            readable, _, _ = select([self._at], [], [], 30)
            assert readable, self.shown
            self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._read())
        seen, _, self.shown = self.shown.partition(words)
        return seen + words

    def type(self, keys: str) -> None:
        os.write(self._at, keys.encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        code = self._process.wait(30)
        os.close(self._at)
        return code

    def _read(self) -> str:
        try:
            return self._decoder.decode(os.read(self._at, 65_536))
        except OSError:
            return ""


@pytest.fixture
def terminal(user: User) -> Callable[..., Terminal]:
    common = {"DATABASE_URL": database_url(), "OPENAI_API_KEY": "k"}
    return lambda *command, **more: Terminal(*command, "--user", user.username, **common, **more)


@pytest.mark.only_on("sqlite")
def test_a_talk_in_a_terminal(terminal: Callable[..., Terminal], user: User) -> None:
    for title in "abcd":
        TaskFactory(user=user, title=title)
    every = [str(task.pk) for task in Task.objects.all()]
    script = [
        asks(call("delete_task", task_ids=every)),
        says("I can **do** that."),
        stream(event({"content": "Once upon"}), done=False, then=hangs),
    ]
    with ScriptedServer(*script) as model:
        at = terminal("chat", OPENAI_BASE_URL=model.url)
        at.until("/help tells")
        at.until("›")
        at.type("Delete a, b, c and d\n")
        at.until("✓ Asks before it does this")
        at.until("I can do that.")
        at.until("yes or no ›")
        at.type("y\n")
        at.until("Deleted “a”")
        at.until("›")
        at.type("Tell me a story\n")
        at.until("Once upon")
        at.interrupt()
        at.until("Stopped.")
        at.until("›")
        at.type("/list\n/nonsense\n")
        at.until("There is no command /nonsense.")
        at.until("›")
        at.type("\x04")
        at.until("--conversation")
        assert at.end() == 0

    assert not Task.objects.filter(deleted_at=None).exists()
    assert [turn.status for turn in Turn.objects.order_by("pk")] == [
        *("completed", "completed", "cancelled"),
    ]
