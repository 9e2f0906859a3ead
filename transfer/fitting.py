"""What comes in, made such that it can be a task; and what that takes away, told."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from text import clean_text, is_blank, one_line
from todos import rules
from todos.models import INBOX, Priority
from todos.reminding import MOST, Habits, Occasion
from todos.reminding import read as read_reminders
from todos.repeating import Repeat
from todos.rules import RuleBroken
from transfer.incoming import Incoming, Place, Skipped, lost, short
from transfer.moments import FIRST, LAST

Tell = Callable[[str], None]


@dataclass(slots=True)
class Fitting:
    """``told`` has what cannot be kept, in the order in which it was found."""

    now: datetime
    habits: Habits
    told: list[Skipped] = field(default_factory=list)
    places: set[tuple[Any, int]] = field(default_factory=set)
    """Those in series that are taken."""

    def task(self, given: Incoming, project: str = "") -> Incoming | None:
        """As it can be kept, but for its parent; None where there is nothing to keep.

        ``project`` is the list of what tells none.
        """
        title = one_line(clean_text(given.title))
        if is_blank(title):
            self.told.append(Skipped(given.line, "It has no title."))
            return None

        def tell(sentence: str) -> None:
            self.told.append(lost(given.line, title, sentence))

        day = given.due_date
        repeats, day = _rule(given.repeats, day, self.now, tell)
        if given.due_time and day is None:
            tell("comes without its time, which needs a day.")
        at = (
            given.due_time.replace(second=0, microsecond=0, tzinfo=None) if given.due_time else None
        )
        return replace(
            given,
            key=clean_text(given.key),
            here=clean_text(given.here),
            parent=clean_text(given.parent),
            **_words(title, clean_text(given.notes), tell),
            due_date=day,
            due_time=at if day else None,
            priority=_priority(given.priority, tell),
            list=self.list_name(given.line, given.list or project),
            tags=_tags(given.tags, tell),
            completed_at=_within(given.completed_at),
            created_at=_within(given.created_at),
            updated_at=_within(given.updated_at),
            repeats=repeats,
            duration_minutes=_minutes(given.duration_minutes, tell),
            reminders=self._reminders(replace(given, due_date=day, due_time=at), tell),
            place=self._place(given.place),
        )

    def list_name(self, line: int, name: str) -> str:
        """As a list may be called; blank is the Inbox."""
        name = one_line(clean_text(name))
        if is_blank(name) or rules.list_key(name) == INBOX:
            return ""
        try:
            return rules.read_list_name(name)
        except RuleBroken as broken:
            self.told.append(Skipped(line, f"A list has a shorter name: {broken.sentence}"))
            return short(name, rules.LIST_NAME_LENGTH // 2)

    def _place(self, place: Place | None) -> Place | None:
        if place is None or (place.series, place.place) in self.places:
            return None
        self.places.add((place.series, place.place))
        return place

    def _reminders(self, task: Incoming, tell: Tell) -> tuple[dict[str, Any], ...]:
        """As a task has them; of too many the first."""
        occasion = Occasion(self.now, task.due_date, task.due_time, self.habits)
        found: tuple[dict[str, Any], ...] = ()
        for ask in task.reminders:
            try:
                found = read_reminders([*found, ask], occasion, found)
            except RuleBroken as broken:
                tell(f"comes without a reminder: {broken.sentence}")
                if len(found) >= MOST:
                    break
        return found


def _words(title: str, notes: str, tell: Tell) -> dict[str, Any]:
    """A title that is too long goes to the notes as well."""
    if len(title) > rules.TITLE_LENGTH:
        notes = "\n\n".join(filter(None, [title, notes]))
        title = short(title, rules.TITLE_LENGTH)
        tell("has a longer title, which stands in its notes.")
    if len(notes) > rules.NOTES_LENGTH:
        notes = short(notes, rules.NOTES_LENGTH)
        tell(f"comes with the first {rules.NOTES_LENGTH:,} characters of its notes.")
    return {"title": title, "notes": notes}


def _rule(repeats: Repeat | None, day: Any, now: datetime, tell: Tell) -> tuple[Repeat | None, Any]:
    """With the first day, where none was told."""
    if repeats is None:
        return None, day
    try:
        day = day or repeats.first_day(now.date())
        if day is None:
            raise RuleBroken("repeats", "over", "its rule is over.")
        repeats.check_due(day)
    except RuleBroken as broken:
        tell(f"comes once: {broken.sentence}")
        return None, day
    return repeats, day


def _tags(names: Iterable[str], tell: Tell) -> tuple[str, ...]:
    tags: list[str] = []
    for name in names:
        try:
            tags.append(rules.read_tag("-".join(clean_text(name).split())))
        except RuleBroken as broken:
            if name.strip():
                tell(f"comes without a tag: {broken.sentence}")
    once = tuple(sorted(set(tags)))
    if len(once) > rules.MOST_TAGS:
        tell(f"comes with {rules.MOST_TAGS} of its {len(once):,} tags.")
    return once[: rules.MOST_TAGS]


def _priority(name: str, tell: Tell) -> str:
    if name and name not in Priority.values:
        tell(f"comes without its priority: there is no “{short(name)}”.")
    return name if name in Priority.values else "none"


def _minutes(minutes: int | None, tell: Tell) -> int | None:
    try:
        rules.check_duration(minutes)
    except RuleBroken as broken:
        tell(f"comes without its duration: {broken.sentence}")
        return None
    return minutes


def _within(moment: datetime | None) -> datetime | None:
    """A time that every clock shows."""
    return moment if moment and FIRST <= moment.year <= LAST else None


def beneath(tasks: list[Incoming], told: list[Skipped]) -> Iterator[tuple[Incoming, int | None]]:
    """Each task with the place of the one that it is a step of, which is no step itself.

    A step of a step is one of the task above; who is beneath itself is a task of its own.
    """
    places: dict[str, int] = {}
    for place, task in enumerate(tasks):
        for name in (task.key, task.here):
            if name:
                places.setdefault(name, place)
    tops: dict[int, int] = {}
    for place, task in enumerate(tasks):
        top = _top(place, tasks, places, tops)
        if top == place:
            if task.parent:
                told.append(lost(task.line, task.title, _alone(task, places)))
            yield task, None
            continue
        if places[task.parent] != top:
            sentence = f"is a step of “{short(tasks[top].title)}”: a step has no steps of its own."
            told.append(lost(task.line, task.title, sentence))
        yield _as_step(task, tasks[top], told), top


def _top(place: int, tasks: list[Incoming], places: dict[str, int], tops: dict[int, int]) -> int:
    """The place of the task at whose top it is; its own in a circle. ``tops`` are those known."""
    way: list[int] = []
    on_way: set[int] = set()
    at = place
    while at not in tops and at not in on_way:
        way.append(at)
        on_way.add(at)
        above = places.get(tasks[at].parent) if tasks[at].parent else None
        if above is None:
            tops[at] = at
            break
        at = above
    if at in tops:
        tops |= dict.fromkeys(way, tops[at])
    else:  # a circle, and who is beneath it
        circle = way[way.index(at) :]
        tops |= {each: each for each in circle}
        tops |= dict.fromkeys(way[: way.index(at)], at)
    return tops[place]


def _alone(task: Incoming, places: dict[str, int]) -> str:
    if task.parent in places:
        return "is a task of its own: it was beneath itself."
    return "is a task of its own: what it was a step of is not in the file."


def _as_step(task: Incoming, top: Incoming, told: list[Skipped]) -> Incoming:
    """In the list of its task, and without a rule."""
    if task.repeats:
        told.append(lost(task.line, task.title, "comes once: a step does not repeat."))
    if task.list and task.list != top.list:
        sentence = "is in the list of its task."
        told.append(lost(task.line, task.title, sentence))
    return replace(task, list=top.list, repeats=None, place=None)
