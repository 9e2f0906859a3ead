"""By what a person wants to be told of their reminders."""

from hashlib import sha256
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet
from reminders.webhook import new_secret

LONGEST_URL = 2_000
MOST_DEVICES = 20


class ChannelsQuerySet(OwnedQuerySet["Channels"]):
    def with_push(self) -> Self:
        """Each with ``push``: whether there is a device that takes messages."""
        devices = PushSubscription.objects.filter(user=OuterRef("user"))
        return self.annotate(push=Exists(devices))


class Channels(models.Model):
    """What a user has set up. There is no row before they change anything.

    The webhook's secret is kept as it is, for each message is signed with it.
    """

    untold = ("webhook_secret",)
    push: bool  # of rows that come ``with_push``
    new_secret = ""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    page = models.BooleanField(_("page"), default=True)
    mail = models.BooleanField(_("mail"), default=False)
    webhook_url = models.CharField(_("webhook"), max_length=LONGEST_URL, blank=True)
    webhook_secret = models.CharField(max_length=64, blank=True, editable=False)
    with_words = models.BooleanField(_("push messages hold the title"), default=False)
    summary_at = models.TimeField(_("summary at"), null=True, blank=True)  # on the user's clock
    summary_on = models.DateField(null=True, editable=False)  # the user's day of the latest one

    objects = ChannelsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "channels"
        indexes = [
            # Whose morning it is: few rows among many.
            models.Index(
                fields=["summary_at"],
                name="channels_with_summary",
                condition=models.Q(summary_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"channels of {self.user_id}"

    @classmethod
    def of(cls, user: User) -> "Channels":
        """With ``push``; as it is by default where there is no row."""
        row = cls.objects.for_user(user).with_push().first()
        if row is None:
            row = cls(user=user)
            row.push = PushSubscription.objects.for_user(user).exists()
        row.user = user
        return row

    @classmethod
    def change(cls, user: User, **fields: Any) -> "Channels":
        """Set the named ones; ``push`` can be turned off alone, and then no device is left.

        A new webhook has a new secret, shown as ``new_secret``. A summary whose time has passed
        today begins tomorrow, as one does that was moved after it came. Raises User.DoesNotExist.
        """
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            channels = cls.of(user)
            if fields.pop("push", True) is False:
                PushSubscription.objects.forget(user, None)
                channels.push = False
            url = fields.get("webhook_url", channels.webhook_url)
            if url != channels.webhook_url:
                channels.new_secret = fields["webhook_secret"] = new_secret() if url else ""
            now = user.local_now()
            if (at := fields.get("summary_at")) and at <= now.time():
                fields["summary_on"] = now.date()
            for name, value in fields.items():
                setattr(channels, name, value)
            channels.save()
        return channels

    @property
    def can_mail(self) -> bool:
        """Whether there is a mail server, and an address to send to."""
        return bool(settings.SENDS_MAIL and self.user.email)

    @property
    def ringing(self) -> tuple[str, ...]:
        """Those by which the user will truly be told, in the order in which they are named."""
        rings = {
            "page": self.page,
            "push": self.push,
            "mail": self.mail and self.can_mail,
            "webhook": bool(self.webhook_url),
        }
        return tuple(name for name, does in rings.items() if does)


class PushSubscriptionQuerySet(OwnedQuerySet["PushSubscription"]):
    def keep(self, user: User, endpoint: str, p256dh: str, auth: str) -> "PushSubscription":
        """A browser has one, whoever signs in there: it is of the user who subscribed last.

        Of a user the newest MOST_DEVICES are kept.
        """
        digest = PushSubscription.hash_of(endpoint)
        keys = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth, "failed_at": None}
        with transaction.atomic():
            self.exclude(user=user).filter(endpoint_hash=digest).delete()
            kept, _is_new = self.update_or_create(user=user, endpoint_hash=digest, defaults=keys)
            newest = self.for_user(user).order_by("-pk").values_list("pk", flat=True)
            self.for_user(user).filter(pk__in=list(newest[MOST_DEVICES:])).delete()
        return kept

    def forget(self, user: User, endpoint: str | None) -> None:
        """The one of this address, or all of the user's."""
        devices = self.for_user(user)
        if endpoint is not None:
            devices = devices.filter(endpoint_hash=PushSubscription.hash_of(endpoint))
        with transaction.atomic():
            User.objects.hold([user.pk])
            devices.delete()


class PushSubscription(Owned):
    """A device of the user's that takes messages by the push service of its browser.

    ``failed_at`` is when a message for it was given up, and no later one got there.
    """

    untold = ("p256dh", "auth", "endpoint_hash")

    endpoint = models.CharField(max_length=LONGEST_URL)
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    failed_at = models.DateTimeField(null=True, editable=False)

    objects = PushSubscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"a device of {self.user_id}"

    @staticmethod
    def hash_of(endpoint: str) -> str:
        """By which it is found: addresses are too long for an index of every database."""
        return sha256(endpoint.encode()).hexdigest()
