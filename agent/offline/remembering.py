"""What a turn that is over leaves behind, told by its calls and its reply alone.

So the past is not understood again. "It" is what was changed, as far as the end of the reply names
it; the list by number is the one that the reply shows. Where none of its lines names a task, as in
another language, that is the list which was looked up last.
"""

import re
from collections.abc import Iterable

from agent.offline.known import KnownTask, Reply, Tasks, has_changed, tasks_of
from agent.offline.talk import Call, Turn
from todos.rules import TITLE_LENGTH

PARAGRAPHS = re.compile(r"\n\n+")
LINE = re.compile(r"^[ \t]*(?:(\d+)[.)]|[-*•–])[ \t]+(\S.*)$", re.MULTILINE)
QUOTED = re.compile(r"“([^“”]*)”")
AFTER_TITLE = re.compile(r"[–—(:,;|-]|$")
LOOKS = ("list_tasks", "plan")
EMPHASIS = ' *_"“”'
NOTHING_DONE = re.compile(r"\bnothing has changed\b|^I found no task\b", re.IGNORECASE)


def told_by(turn: Turn) -> Reply:
    """No words, but what "it" and "2" mean after ``turn``; a question it asked is not told."""
    if not turn.calls:
        return Reply("", keeps_focus=True)
    calls = [call for call in turn.calls if not call.error]
    tasks, changed = _tasks(calls), _tasks(call for call in calls if has_changed(call))
    looked_up = [tasks_of(call) for call in calls if call.name in LOOKS]
    shown = _shown(turn.reply, tasks)
    if changed:
        return Reply("", focus=_focus(turn.reply, tasks, changed), shown=shown)
    if not looked_up or (shown is None and NOTHING_DONE.search(turn.reply)):
        return Reply("")
    if shown is None and len(named := _named(turn.reply, tasks)) == 1:
        return Reply("", focus=named)
    if shown is None:
        shown = looked_up[-1]
    one = _open_of_series(shown)
    return Reply("", focus=one if len(one) == 1 else (), shown=shown)


def _tasks(calls: Iterable[Call]) -> Tasks:
    """Each task once, as it was told last."""
    return tuple({task.id: task for call in calls for task in tasks_of(call)}.values())


def _focus(reply: str, tasks: Tasks, changed: Tasks) -> Tasks:
    """What the last paragraph that names any task names, if it was changed or is the only one."""
    for paragraph in reversed(PARAGRAPHS.split(reply)):
        if named := _named(paragraph, tasks, changed) or _shown(paragraph, tasks):
            is_clear = len(named) == 1 or set(named) <= set(changed)
            return tuple(task for task in named if not task.deleted) if is_clear else ()
    return tuple(task for task in changed if not task.deleted)


def _named(text: str, tasks: Tasks, changed: Tasks = ()) -> Tasks:
    """The tasks whose titles ``text`` quotes: of several with one title those that were changed."""
    quoted = set(QUOTED.findall(text))
    ids, titles = {task.id for task in changed}, {task.title for task in changed}
    named = (task for task in tasks if task.title in quoted)
    return _open_of_series(
        tuple(task for task in named if task.id in ids or task.title not in titles)
    )


def _open_of_series(tasks: Tasks) -> Tasks:
    """Without what is done where one of the same title is open, as of all that a series makes."""
    is_open = {task.title for task in tasks if not task.completed}
    return tuple(task for task in tasks if not task.completed or task.title not in is_open)


def _shown(reply: str, tasks: Tasks) -> Tasks | None:
    """The tasks that the lines of the last list in ``reply`` name, in their order.

    None where no line names any; none where only some lines of a numbered list do, for then its
    numbers cannot be told. Of two with one title the first is the one that was looked up first.
    """
    by_title: dict[str, list[KnownTask]] = {}
    for task in reversed(tasks):
        by_title.setdefault(task.title.strip(EMPHASIS), []).append(task)
    lines = LINE.findall(reply)
    firsts = [place for place, (number, _) in enumerate(lines) if number == "1"]
    last = lines[firsts[-1] if firsts else 0 :]
    named = [found for _, line in last if (found := _named_by_line(line, by_title))]
    if firsts and 0 < len(named) < len(last):
        return ()
    return tuple(named) or None


def _named_by_line(line: str, by_title: dict[str, list[KnownTask]]) -> KnownTask | None:
    """The task with the longest title that the line begins with; taken out of ``by_title``."""
    beginning = line[: TITLE_LENGTH + len(EMPHASIS)]
    ends = [match.start() for match in AFTER_TITLE.finditer(beginning)]
    titles = (beginning[:end].strip(EMPHASIS) for end in reversed(ends))
    return next((by_title[title].pop() for title in titles if by_title.get(title)), None)
