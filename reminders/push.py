"""Messages to the user's devices by the push services of their browsers."""

from reminders.models import PushSubscription
from reminders.notice import Notice, Outcome, failed


def send(notice: Notice, subscription: PushSubscription) -> Outcome:
    return failed("Devices cannot be reached yet.", reached=False)
