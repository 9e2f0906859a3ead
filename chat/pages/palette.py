"""One place to find conversations, messages and tasks, and to do what the page can do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from chat.pages.days import due_words
from chat.pages.found import address_of
from chat.pages.passages import Piece, marked, passage
from conversations.models import Conversation, Message
from text.folding import fold
from text.searching import words_of
from todos.models import Task

MOST = 6
"""Of each kind."""

PLACES = (
    (gettext_lazy("New conversation"), "home", ""),
    (gettext_lazy("Show what is due today"), "home", "?view=today"),
    (gettext_lazy("Show what is upcoming"), "home", "?view=upcoming"),
    (gettext_lazy("Show what is completed"), "home", "?view=completed"),
    (gettext_lazy("Deleted lately"), "deleted", ""),
    (gettext_lazy("Settings"), "settings", ""),
    (gettext_lazy("Set up reminders"), "settings-reminders", ""),
    (gettext_lazy("Import or export tasks"), "files", ""),
)
PRESSED = (
    (gettext_lazy("Export this conversation"), '#about [popovertarget="export-as"]'),
    (gettext_lazy("Delete this conversation"), '#about [popovertarget="really-delete"]'),
    (gettext_lazy("Keyboard"), '[popovertarget="shortcuts"]'),
    (gettext_lazy("Sign out"), ".sign-out button"),
)
"""What a script does by pressing what the page has for it."""


@dataclass(frozen=True, slots=True)
class Option:
    """It leads to ``address``; a blank one is done by pressing what the selector finds."""

    name: list[Piece]
    address: str = ""
    about: str = ""
    presses: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    options: list[Option]


def sections(user: User, asked: str) -> list[Section]:
    """Those that have something; what is blank finds the latest of each. 3 queries."""
    words = words_of(asked)
    found = [
        Section("conversations", _("Conversations"), _conversations(user, words, asked)),
        Section("messages", _("Messages"), _messages(user, words, asked) if words else []),
        Section("tasks", _("Tasks"), _tasks(user, words, asked)),
        Section("actions", _("Actions"), list(_actions(words))),
    ]
    return [section for section in found if section.options]


def _conversations(user: User, words: Sequence[str], search: str) -> list[Option]:
    rows = Conversation.objects.for_user(user).titled(words).latest_first()[:MOST]
    return [Option(marked(row.shown_title, words), address_of(row)) for row in rows]


def _messages(user: User, words: Sequence[str], search: str) -> list[Option]:
    rows = Message.objects.for_user(user).of_kept_conversations().standing().saying(words)
    return [
        Option(
            passage(row.content, words),
            address_of(row.conversation, row, search=search),
            about=row.conversation.shown_title,
        )
        for row in rows.newest_first().select_related("conversation")[:MOST]
    ]


def _tasks(user: User, words: Sequence[str], search: str) -> list[Option]:
    tasks = Task.objects.for_user(user).search(search)
    rows = tasks.open_first() if words else tasks.with_status("open").in_due_order()
    today = user.local_now().date()
    return [
        Option(
            marked(row.title, words),
            reverse("task", args=[row.pk]),
            about=due_words(row.due_date, row.due_time, today) if row.due_date else "",
        )
        for row in rows[:MOST]
    ]


def _actions(words: Sequence[str]) -> Iterator[Option]:
    options = [Option([Piece(str(name))], reverse(to) + query) for name, to, query in PLACES]
    options += [Option([Piece(str(name))], presses=presses) for name, presses in PRESSED]
    for option in options:
        name = option.name[0].text
        if all(word in fold(name) for word in words):
            yield Option(marked(name, words), option.address, presses=option.presses)
