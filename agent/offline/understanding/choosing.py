"""Which of a few tasks an answer means by what tells them apart: the later one, the one at 10."""

from datetime import datetime, time

from agent.offline import dates
from agent.offline.known import KnownTask, Tasks
from agent.offline.words import any_of
from text.folding import fold

FIRST = r"(?:(?:no|oh)[,. ]{1,2})?"
OF_THEM = r"(?: (?:of (?:them|the two|both)|i mean))?"
CHOICE = any_of(
    rf"{FIRST}(?:(?:the|that|my) )?(?P<rank>later|latter|latest|earlier|earliest|sooner|soonest)"
    rf"(?: (?:one|task))?{OF_THEM}(?:[, ]{{1,2}}(?:the one )?(?P<when>.{{2,40}}))?",
    rf"{FIRST}(?:the|that) (?:one|task){OF_THEM} (?:which is |that is |that's |due )?"
    r"(?P<when2>.{2,40})",
)
LATER = frozenset({"later", "latter", "latest"})
PARTS = {
    "morning": (time(0), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)),
}
IN_PART = any_of(r"(?:in the |this |that )?(?P<part>morning|afternoon|evening)(?: one| task)?")


def among(tasks: Tasks, text: str, now: datetime) -> Tasks | None:
    """Those that fit, if any do; None where the words are no choice of this kind."""
    text = text.strip(" .!")
    choice = CHOICE.fullmatch(text)
    if not choice:
        return _at(tasks, text, now) or None
    rank, said = (choice["rank"] or "").lower(), choice["when"] or choice["when2"]
    fitting = _at(tasks, said, now) if said else tasks
    if fitting is None or not rank:
        return fitting
    ranked = _ranked(tasks)
    chosen = ranked[-1 if rank in LATER else 0] if ranked else None
    return tuple(task for task in fitting if task == chosen)


def _ranked(tasks: Tasks) -> list[KnownTask]:
    """By when they are due; [] where that is not known of all, or is the same of two."""
    dues = {(task.due_date, task.due_time or time.max) for task in tasks}
    if len(dues) < len(tasks) or not all(task.due_date for task in tasks):
        return []
    return sorted(tasks, key=lambda task: (str(task.due_date), str(task.due_time or time.max)))


def _at(tasks: Tasks, said: str, now: datetime) -> Tasks | None:
    """Those of a day or an hour; None where ``said`` is neither."""
    if part := IN_PART.fullmatch(said):
        begin, end = PARTS[fold(part["part"])]
        return tuple(task for task in tasks if task.due_time and begin <= task.due_time < end)
    reading = dates.read(said, now)
    if reading.fault or not reading.when or reading.rest:
        return None
    day, at = reading.when.day, reading.when.at
    return tuple(
        task
        for task in tasks
        if (not day or task.due_date == day) and (not at or task.due_time == at)
    )
