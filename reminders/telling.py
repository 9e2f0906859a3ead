"""What is told to whom: for each delivery in hand the call that tells it, ready to be made.

All that is asked of the database is asked here, before anybody is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from reminders import letters, push, webhook
from reminders.mail import Postman
from reminders.models import Channel, Channels, Delivery, PushSubscription
from reminders.notice import Notice, Outcome
from todos.models import Reminder

Tell = Callable[[], Outcome]


def set_up_for(deliveries: Iterable[Delivery]) -> dict[int, Channels]:
    """What the users of all these have set up, by their ids."""
    users = {each.user_id: each.user for each in deliveries}
    set_up = {}
    for key, user in users.items():
        set_up[key] = Channels.objects.for_user(user).first() or Channels()
        set_up[key].user = user
    return set_up


def tell_of(delivery: Delivery, channels: Channels, postman: Postman) -> Tell | None:
    """None where it is not wanted any more."""
    if not delivery.is_wanted:
        return None
    if delivery.reminder is None:
        return _tell_of_morning(delivery, channels, postman)
    notice = _notice(delivery, delivery.reminder)
    match delivery.channel:
        case Channel.MAIL if channels.mail and channels.can_mail:
            letter = letters.of_ring(notice, delivery.user, delivery.reminder.task)
            return partial(postman.send, letter)
        case Channel.WEBHOOK if channels.webhook_url:
            return by_webhook(channels, notice)
        case Channel.PUSH if delivery.subscription:
            return by_push(channels, notice, delivery.subscription)
    return None


def _tell_of_morning(delivery: Delivery, channels: Channels, postman: Postman) -> Tell | None:
    if channels.summary_at is None or not channels.can_mail:
        return None
    letter = letters.of_morning(delivery.attempt_id, delivery.user)
    return partial(postman.send, letter) if letter else None


def _notice(delivery: Delivery, reminder: Reminder) -> Notice:
    return Notice(
        id=delivery.attempt_id,
        reminder=reminder.pk,
        task=reminder.task_id,
        title=reminder.task.title,
        when=delivery.rings_at.astimezone(delivery.user.zone),
        url=letters.address_of("task", reminder.task_id),
    )


def by_webhook(channels: Channels, notice: Notice) -> Tell:
    return partial(webhook.send, notice, channels.webhook_url, channels.webhook_secret)


def by_push(channels: Channels, notice: Notice, device: PushSubscription) -> Tell:
    """Without words of the task, unless the user allows them."""
    shown = notice if channels.with_words else replace(notice, title="")
    return partial(push.send, shown, device)
