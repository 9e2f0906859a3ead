"""The notice that rings on an open page: what is due by the clock, until somebody answers it."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from chat.pages.days import due_words
from reminders.models import Channels
from todos.models import Reminder
from todos.models.beside import next_ring, reminders_due

MOST = 20
"""Those shown at once; the others follow when these are answered."""
MANY = 3
"""From so many on they can be closed together."""
TROUBLES = {
    "push": gettext_lazy("It could not be sent to your devices."),
    "mail": gettext_lazy("It could not be sent by mail."),
    "webhook": gettext_lazy("It could not be sent to your webhook."),
}
"""By the channel that was given up."""


@dataclass(frozen=True, slots=True)
class Ring:
    """``due`` is when its task is due, in words; ``troubles`` are sentences."""

    reminder: Reminder
    due: str
    troubles: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        told = _("Reminder: %(title)s") % {"title": self.reminder.task.title}
        told = f"{told}, {self.due}" if self.due else told
        return ". ".join([told, *self.troubles])

    @property
    def state(self) -> str:
        """Another one, once anything of it is to be drawn anew."""
        return f"{self.reminder.rings_at} {self.reminder.task.version} {self.troubles}"


@dataclass(frozen=True, slots=True)
class Ringing:
    """``next_in`` are the seconds until the next one is due."""

    rings: list[Ring]
    next_in: float | None

    @property
    def are_many(self) -> bool:
        return len(self.rings) >= MANY

    @property
    def title(self) -> str:
        """What the title of the tab begins with."""
        if not self.rings:
            return ""
        number = len(self.rings)
        one = self.rings[0].reminder.task.title
        told = ngettext("%(title)s", "%(n)d reminders", number) % {"title": one, "n": number}
        return f"🔔 {told} · "


def ringing_of(user: User, *, is_any_due: bool = True, is_any_next: bool = True) -> Ringing:
    """The latest that are due, and when the next will be; 3 queries at most.

    Where the page is not to ring it still tells what could not be sent.
    """
    now = timezone.now()
    due = reminders_due(user, now, limit=MOST) if is_any_due else []
    if due and not Channels.of(user).page:
        due = [each for each in due if each.failed]
    coming = next_ring(user, now) if is_any_next else ()
    next_in = next(((at - now).total_seconds() for at in coming if at), None)
    today = user.local_now().date()
    return Ringing([_ring(each, today) for each in due], next_in)


def _ring(reminder: Reminder, today: date) -> Ring:
    task = reminder.task
    due = due_words(task.due_date, task.due_time, today) if task.due_date else ""
    troubles = [str(words) for channel, words in TROUBLES.items() if channel in reminder.failed]
    return Ring(reminder, due, tuple(troubles))
