"""A file of tasks: what would be made of it, and making it, as one act and once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.keys import Key
from accounts.models import User
from text import clean_text
from todos.models import NameTaken, Origin, Task, TaskList, in_line
from todos.reminding import Habits
from todos.rules import list_key
from transfer.encodings import head_of
from transfer.fitting import Fitting, beneath
from transfer.formats import FORMATS
from transfer.formats.todoist import project_of
from transfer.incoming import FileBroken, Incoming, IncomingList, Skipped
from transfer.models import Imported
from transfer.pieces import pieces

MOST = 10_000
MOST_LISTS = 500
MOST_TOLD = 1_000
AT_ONCE = 200
AS_GIVEN = (
    *("title", "due_date", "due_time", "priority", "tags", "duration_minutes"),
    *("completed_at", "repeats", "reminders"),
)
Progress = Callable[[int], None]


class UnknownFormat(ValueError):
    """The sentence names those that are known."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A task that is to be made; ``digest`` is by what it is known when it comes again.

    Its notes are those at ``place`` of the plan.
    """

    place: int
    task: Incoming
    digest: bytes
    parent: bytes | None


@dataclass(slots=True)
class Plan:
    """What a file would become, and what of it cannot be kept.

    ``notes`` are in UTF-8, which is a fourth of what they may take as text. ``lists`` are by their
    keys, and ``new_lists`` the names of those to be made; ``there`` are
    tasks that are there from an import before.
    """

    format: str
    lists: dict[str, IncomingList] = field(default_factory=dict)
    tasks: list[Planned] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    there: dict[bytes, UUID] = field(default_factory=dict)
    new_lists: list[str] = field(default_factory=list)

    @property
    def to_make(self) -> list[Planned]:
        return [each for each in self.tasks if each.digest not in self.there]

    @property
    def already(self) -> int:
        return sum(each.digest in self.there for each in self.tasks)

    @property
    def lists_to_make(self) -> dict[str, IncomingList]:
        """Those of tasks to be made, and those of no task; some may be there."""
        wanted = {list_key(each.task.list) for each in self.to_make}
        used = {list_key(each.task.list) for each in self.tasks}
        return {k: entry for k, entry in self.lists.items() if k in wanted or k not in used}


def plan(user: User, file: BinaryIO, name: str = "", form: str | None = None) -> Plan:
    """What an import would do now; ``form`` is one of FORMATS or, if it is to be found out, None.

    Raises UnknownFormat, and FileBroken, which also tells of a file that is too large.
    """
    form = form or recognized(file)
    if form not in FORMATS:
        raise UnknownFormat(f"There is no such format: give one of {', '.join(FORMATS)}.")
    now = user.local_now()
    fitting = Fitting(now, Habits.of(user))
    made, tasks = Plan(form, skipped=fitting.told), []
    project = project_of(name) if form == "todoist" else ""
    for entry in FORMATS[form].read(file, now):
        match entry:
            case Skipped():
                fitting.told.append(Skipped(entry.line, clean_text(entry.why)))
            case IncomingList():
                name = fitting.list_name(entry.line, entry.name)
                _add_list(made, replace(entry, name=name))
            case Incoming() if task := fitting.task(entry, project):
                tasks.append(replace(task, notes=""))
                made.notes.append(task.notes.encode())
                _add_list(made, IncomingList(line=task.line, name=task.list))
        if len(tasks) > MOST:
            raise FileBroken(entry.line, f"There are more than {MOST:,} tasks: import it in parts.")
        if len(fitting.told) > 2 * MOST:
            raise FileBroken(entry.line, "Hardly anything of it can be kept.")
    made.tasks = list(_planned(form, list(beneath(tasks, fitting.told))))
    fitting.told.sort(key=lambda skipped: skipped.line)
    made.there = _there(user, made)
    kept = set(TaskList.objects.for_user(user).values_list("name_key", flat=True))
    made.new_lists = [e.name for key, e in made.lists_to_make.items() if key not in kept]
    return made


def recognized(file: BinaryIO) -> str:
    """The format of a file. Raises UnknownFormat."""
    head = head_of(file)
    for name, form in FORMATS.items():
        if form.recognizes(head):
            return name
    raise UnknownFormat(f"It is not known what this file is: give one of {', '.join(FORMATS)}.")


def carry_out(
    user: User, made: Plan, progress: Progress = lambda _: None, *, key: Key | None = None
) -> UUID | None:
    """Make it all, as one act, which is returned; None where there was nothing to do.

    ``progress`` is told how many more tasks have been made, each time that some were.
    """
    origin = Origin.by(key, "import", format=made.format)
    with in_line(user.pk):
        made.there = _there(user, made)  # somebody may have imported it meanwhile
        keys = made.there | {each.digest: uuid7() for each in made.to_make}
        lists = _lists(user, made, origin)
        series: defaultdict[UUID, UUID] = defaultdict(uuid7)
        for piece in pieces(made.to_make, AT_ONCE):
            tasks = [_task(user, each, keys, series, origin) for each in piece]
            for task, each in zip(tasks, piece, strict=True):
                task.notes = made.notes[each.place].decode()
                task.list_id = lists.get(list_key(each.task.list))
            Task.add_all(tasks, origin)
            Imported.objects.keep(user, {each.digest: keys[each.digest] for each in piece})
            progress(len(tasks))
    return origin.act if origin.touched else None


def _lists(user: User, made: Plan, origin: Origin) -> dict[str, UUID]:
    """The lists of its tasks by their keys, made where there are none."""
    there = dict(TaskList.objects.for_user(user).values_list("name_key", "pk"))
    for key, entry in made.lists_to_make.items():
        if key not in there:
            times = {"created_at": entry.created_at, "updated_at": entry.updated_at}
            given = {name: moment for name, moment in times.items() if moment}
            try:
                there[key] = TaskList.add(user, origin, name=entry.name, **given).pk
            except NameTaken:  # by somebody at this moment
                there[key] = TaskList.objects.for_user(user).named(entry.name).get().pk
    return there


def _task(
    user: User,
    planned: Planned,
    keys: dict[bytes, UUID],
    series: defaultdict[UUID, UUID],
    origin: Origin,
) -> Task:
    given = planned.task
    made_at = given.created_at or timezone.now()
    task = Task.drafted(
        user,
        origin,
        id=keys[planned.digest],
        parent_id=keys[planned.parent] if planned.parent else None,
        created_at=made_at,
        updated_at=given.updated_at or made_at,
        **{name: getattr(given, name) for name in AS_GIVEN},
    )
    if place := given.place:
        task.series = series[place.series]
        task.place, task.last_place, task.rule_day = place.place, place.last_place, place.rule_day
    return task


def _add_list(made: Plan, entry: IncomingList) -> None:
    """Raises FileBroken where there are too many."""
    if entry.name:
        made.lists.setdefault(list_key(entry.name), entry)
    if len(made.lists) > MOST_LISTS:
        raise FileBroken(entry.line, f"The file has more than {MOST_LISTS:,} lists.")


def _planned(form: str, placed: list[tuple[Incoming, int | None]]) -> Iterator[Planned]:
    """By the source's own id, or else by list, title, day and task above, and how often before."""
    seen: Counter[bytes] = Counter()
    digests: list[bytes] = [b""] * len(placed)

    def digest_of(place: int) -> bytes:
        if not digests[place]:
            task, above = placed[place]
            digests[place] = _own(form, task, above, digest_of, seen)
        return digests[place]

    for place, (task, above) in enumerate(placed):
        yield Planned(place, task, digest_of(place), None if above is None else digest_of(above))


def _own(
    form: str,
    task: Incoming,
    above: int | None,
    digest_of: Callable[[int], bytes],
    seen: Counter[bytes],
) -> bytes:
    if task.key:
        first = _digest(form, task.key)
    else:
        parent = "" if above is None else digest_of(above).hex()
        first = _digest("", list_key(task.list), task.title, str(task.due_date or ""), parent)
    seen[first] += 1
    return first if seen[first] == 1 else _digest(first.hex(), str(seen[first]))


def _digest(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode()).digest()


def _there(user: User, made: Plan) -> dict[bytes, UUID]:
    """Which of its tasks are there, by what they are known; files of ours know theirs by ids."""
    there = Imported.objects.for_user(user).kept(each.digest for each in made.tasks)
    own = {each.task.key: each.digest for each in made.tasks if each.task.key}
    rows = Task.objects.for_user(user).values_list("pk", flat=True) if own else ()
    return there | {own[str(pk)]: pk for pk in rows if str(pk) in own}
