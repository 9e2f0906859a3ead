"""The cases: what people ask for, and what must be there after it; read from plain text.

A file of ``cases/`` is a family. It begins with ``about``, a line on what the family is, and in
``exact titles`` says that a title counts letter by letter. Then its cases, each like this:

    # A title of its own
    zone Europe/Berlin              the user's, and the clock on their wall; with an offset
    now 2026-11-21 12:10            (2026-10-25 02:30+01:00) where that clock shows it twice
    task Buy milk | 2026-11-22 17:00 | high | done | deleted | note: of oats
    >> Add call Bob                 said earlier, in the same conversation,
    new Call Bob                    what was done about it
    << Added “Call Bob”.            and answered
    > he is in on friday            what the user says now; "\\n" is a new line
    changed Call Bob -> Call Bob | 2026-11-27
    or                              equally right:
    same

Behind each message stands what comes of it, row by row: ``new ROW``; ``changed TITLE -> ROW``,
the whole row as it is then; ``done``, ``open`` (again), ``deleted`` and ``restored TITLE``; or
``same``, where no row may change. ``says Monday // the 23rd`` is what the answer has to have, in
any case. Where two rows have one title, facts tell them apart: ``done Call mom | 2026-11-24``.
``{1..40}`` in a line about rows stands for forty lines. ``chatter 30`` is so much talk about
nothing that was had earlier.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evaluation.rows import Row

OUR_CASES = Path(__file__).parent / "cases"
CHATTER = Path(__file__).parent / "chatter.txt"
KINDS = ("new", "changed", "done", "open", "deleted", "restored")
SPAN = re.compile(r"\{(\d+)\.\.(\d+)\}")


class CaseError(ValueError):
    """A file of cases is not of the form above: file, line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one row: ``which`` row it was, and ``row`` as it is then, where told."""

    kind: str
    which: Row | None
    row: Row | None


@dataclass(slots=True)
class Message:
    """What the user says at ``now``, and ``outcomes``, of which each is right.

    ``answer`` was given ``earlier``; an open one is to be given, and has one of each ``words``.
    """

    text: str
    now: datetime
    earlier: bool = False
    answer: str = ""
    outcomes: list[list[Change]] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A row that the user makes on the page at ``now``."""

    row: Row
    now: datetime


@dataclass(slots=True)
class Case:
    """``steps`` in their order: what is made and said."""

    family: str
    title: str
    zone: str = "UTC"
    exact: bool = False
    steps: list[Made | Message] = field(default_factory=list)
    digest: str = ""

    @property
    def name(self) -> str:
        return f"{self.family}/{self.title}"

    @property
    def begins(self) -> datetime:
        return self.steps[0].now

    @property
    def messages(self) -> list[Message]:
        return [step for step in self.steps if isinstance(step, Message)]

    @property
    def asked(self) -> list[Message]:
        """Those that the contestant answers."""
        return [message for message in self.messages if not message.earlier]


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    about: str
    cases: tuple[Case, ...]


def families(folder: Path = OUR_CASES) -> list[Family]:
    """All of them, by name. Raises CaseError."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise CaseError(f"{folder}: there is no file of cases (*.txt)")
    return [_Reader(file).family() for file in files]


class _Reader:
    """Reads one file from top to bottom."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._about = ""
        self._exact = False
        self._cases: list[Case] = []
        self._now: datetime | None = None
        self._told: list[str] = []

    def family(self) -> Family:
        number = 0
        for number, line in enumerate(self._file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                self._read(line.strip())
            except ValueError as error:
                raise CaseError(f"{self._file}:{number}: {error}") from None
        try:
            self._close()
            if not (self._about and self._cases):
                raise ValueError("a family has a line “about …” and cases")
        except ValueError as error:
            raise CaseError(f"{self._file}:{number}: {error}") from None
        return Family(self._file.stem, self._about, tuple(self._cases))

    def _read(self, line: str) -> None:
        if not line:
            return
        mark, _, rest = line.partition(" ")
        if mark == "#":
            self._close()
            self._open(rest.strip())
        elif self._cases:
            self._told.append(line)
            for each in _spelled_out(rest) if mark in ("task", *KINDS) else [rest]:
                self._read_line(mark, each.strip())
        elif mark == "about" and rest:
            self._about = rest
        elif line == "exact titles":
            self._exact = True
        else:
            raise ValueError(f"before the first case only “about …” may stand, not: {line}")

    def _open(self, title: str) -> None:
        if not title or title in [case.title for case in self._cases]:
            raise ValueError("a case has a title of its own")
        self._cases.append(Case(self._file.stem, title, exact=self._exact))
        self._now, self._told = None, []

    def _close(self) -> None:
        """The case before is whole."""
        if not self._cases:
            return
        case = self._cases[-1]
        self._close_message()
        if not case.asked:
            raise ValueError(f"“{case.title}” asks for nothing: it needs a line “> …”")
        case.digest = blake2b("\n".join(self._told).encode(), digest_size=8).hexdigest()

    def _close_message(self) -> None:
        message = self._last_message()
        if message is None:
            return
        if not all(message.outcomes):
            raise ValueError(f"tell what comes of “{message.text}”: a row, or “same”")
        if message.earlier and not message.answer:
            raise ValueError(f"tell what was answered to “{message.text}”: “<< …”")

    def _last_message(self) -> Message | None:
        last = self._cases[-1].steps[-1:]
        return last[0] if last and isinstance(last[0], Message) else None

    def _read_line(self, mark: str, rest: str) -> None:
        case, message = self._cases[-1], self._last_message()
        match mark:
            case "zone" if not case.steps and self._now is None:
                case.zone = _zone(rest)
            case "now":
                self._now = _moment(rest, case.zone)
            case "task":
                self._close_message()
                case.steps.append(Made(Row.read(rest), self._clock()))
            case ">" | ">>" if rest:
                self._close_message()
                self._say(Message(rest.replace("\\n", "\n"), self._clock(), earlier=mark == ">>"))
            case "chatter":
                self._close_message()
                case.steps += _chatter(int(rest), self._clock())
            case _:
                self._read_outcome(message, mark, rest)

    def _read_outcome(self, message: Message | None, mark: str, rest: str) -> None:
        """What comes of a message, and what it is answered."""
        match mark:
            case "<<" if message and message.earlier and rest:
                message.answer = rest.replace("\\n", "\n")
            case "or" if message and not message.earlier and not rest:
                message.outcomes.append([])
            case "says" if message and not message.earlier and rest:
                message.words.append(rest.split(" // "))
            case "same" if message and not message.outcomes[-1] and not rest:
                message.outcomes[-1] = [Change("same", None, None)]
            case _ if mark in KINDS and message:
                self._change(message, mark, rest)
            case _:
                raise ValueError(f"this cannot stand here: {mark} {rest}")

    def _say(self, message: Message) -> None:
        message.outcomes.append([])
        self._cases[-1].steps.append(message)

    def _clock(self) -> datetime:
        if self._now is None:
            raise ValueError("a case begins with its clock: “now 2026-11-21 12:10”")
        return self._now

    def _change(self, message: Message, kind: str, rest: str) -> None:
        if [change.kind for change in message.outcomes[-1]] == ["same"]:
            raise ValueError("“same” stands alone")
        before, arrow, after = rest.partition(" -> ")
        if (kind == "changed") != bool(arrow):
            raise ValueError("“changed TITLE -> ROW” tells both, and others have no arrow")
        which = None if kind == "new" else Row.read(before)
        row = Row.read(after if arrow else rest) if kind in ("new", "changed") else None
        if which and not self._is_known(which):
            raise ValueError(f"there is no such row before it: {before}")
        message.outcomes[-1].append(Change(kind, which, row))

    def _is_known(self, which: Row) -> bool:
        steps = self._cases[-1].steps
        changes = [
            change
            for step in steps
            if isinstance(step, Message)
            for outcome in step.outcomes
            for change in outcome
        ]
        rows = [step.row for step in steps if isinstance(step, Made)]
        rows += [change.row for change in changes if change.row]
        titles = [title for row in rows for title in row.titles]
        return any(which.is_titled(title, exactly=self._exact) for title in titles)


def _spelled_out(line: str) -> Iterator[str]:
    span = SPAN.search(line)
    if not span:
        yield line
        return
    for number in range(int(span[1]), int(span[2]) + 1):
        yield SPAN.sub(str(number), line)


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name} is not an IANA time zone such as Europe/Berlin") from None


def _moment(text: str, zone: str) -> datetime:
    """On the clock of that zone."""
    moment = datetime.fromisoformat(text)
    local = ZoneInfo(zone)
    return moment.astimezone(local) if moment.tzinfo else moment.replace(tzinfo=local)


def _chatter(messages: int, now: datetime) -> Sequence[Message]:
    """So many messages of a talk that changes nothing; the same each time."""
    lines = CHATTER.read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" => ") for line in lines if line]
    return [
        Message(said, now, True, answer, [[Change("same", None, None)]])
        for said, answer in (pairs[place % len(pairs)] for place in range(messages))
    ]
