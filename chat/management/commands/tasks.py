from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from accounts.models import User
from chat.pages.days import due_words
from chat.terminal.paper import safe, to_whoever_reads
from chat.terminal.whose import user_named
from todos.models import Task, TaskList
from todos.serializers import TaskQuerySerializer
from web.errors import field_errors, summary

COLUMNS = ("", "Task", "Due", "List", "Tags", "Priority")


class Command(BaseCommand):
    help = "Lists the tasks of a user: as a table, or through a pipe as lines with tabs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="NAME", help="whose tasks")
        parser.add_argument("--status", default="open", help="open, done, all or deleted")
        parser.add_argument("--due", default="", help="overdue, today, upcoming or none")
        parser.add_argument("--list", default="", metavar="NAME", help="a list, or inbox")
        parser.add_argument("--tag", default="")
        parser.add_argument("--priority", default="", help="none, low, medium or high")
        parser.add_argument("--search", default="", metavar="WORDS")
        parser.add_argument("--ordering", default="due", help="as the API has it")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["user"])
        rows = [_row(task, user) for task in _found(user, options)]
        with to_whoever_reads():
            if self.stdout.isatty():
                Console().print(_table(rows) if rows else Text("There are no such tasks."))
                return
            for row in rows:
                self.stdout.write("\t".join(row))


def _table(rows: list[list[str]]) -> Table:
    """Without the columns that are empty, for terminals are narrow."""
    told = [place for place in range(len(COLUMNS)) if any(row[place] for row in rows)]
    table = Table(*(Column(COLUMNS[place], overflow="fold") for place in told))
    for row in rows:
        table.add_row(*(Text(row[place]) for place in told), style="dim" * (row[0] == "done"))
    return table


def _found(user: User, options: dict[str, Any]) -> list[Task]:
    """As the API narrows and orders them, but for the list, which has its name here."""
    names = ("status", "due", "tag", "priority", "search", "ordering")
    query = {name: options[name] for name in names} | {"list": _list(user, options["list"])}
    form = TaskQuerySerializer(data={name: text for name, text in query.items() if text})
    try:
        form.is_valid(raise_exception=True)
    except ValidationError as error:
        raise CommandError(summary(list(field_errors(error.detail)))) from None
    every, kept = Task.objects.with_deleted_for_user(user), Task.objects.for_user(user)
    tasks = every if query["status"] == "deleted" else kept
    return list(tasks.listed(now=user.local_now(), **form.validated_data).select_related("list"))


def _list(user: User, name: str) -> str:
    if not name or name.lower() == "inbox":
        return name.lower()
    found = TaskList.objects.for_user(user).named(name).first()
    if found is None:
        raise CommandError(f"{user.username} has no list {name}.")
    return str(found.pk)


def _row(task: Task, user: User) -> list[str]:
    """What a line tells, free of all that would end or colour it."""
    now = user.local_now()
    due = due_words(task.due_date, task.due_time, now.date()) if task.due_date else ""
    status = "done" if task.completed else "overdue" if task.is_overdue(now) else "open"
    cells = (
        *(status, task.title, due, task.list.name if task.list else ""),
        *(
            " ".join(f"#{tag}" for tag in task.tags),
            "" if task.priority == "none" else task.priority,
        ),
    )
    return [" ".join(safe(cell).split()) for cell in cells]
