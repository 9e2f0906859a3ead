from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.models import User
from reminders.models import Channels
from reminders.models.channels import LONGEST_URL
from reminders.push import push_key
from todos.serializers import FlagField, TimeOfDayField
from web.fields import RequestBody, TextField


class Whole(serializers.Serializer[Any]):
    """Within a PATCH it still has all its fields, or it is null."""

    def to_internal_value(self, data: Any) -> Any:
        given = data if isinstance(data, dict) else self.fields
        missing = [
            name for name, field in self.fields.items() if not (field.read_only or name in given)
        ]
        if missing:
            why = str(self.fields[missing[0]].error_messages["required"])
            raise ValidationError({name: [ErrorDetail(why, code="required")] for name in missing})
        return super().to_internal_value(data)


class QuietSerializer(Whole):
    """Nothing rings from the one to the other; what would, does so when they end."""

    def get_fields(self) -> dict[str, Any]:
        return {"from": TimeOfDayField(), "to": TimeOfDayField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from"] == attrs["to"]:
            raise _fault("same", "Quiet hours begin and end at different times.")
        return attrs


class WebhookSerializer(Whole):
    url = TextField(max_length=LONGEST_URL)
    secret = serializers.CharField(
        read_only=True, required=False, help_text="What messages are signed with; shown once."
    )

    def validate_url(self, url: str) -> str:
        from reminders import outbound  # brings an HTTP client, which few processes need

        try:
            outbound.check(url)
        except outbound.NotAllowed as error:
            raise _fault("not_allowed", str(error)) from None
        return url


class ChannelsSerializer(RequestBody, serializers.Serializer[Channels]):
    page = FlagField(required=False)
    push = FlagField(
        required=False, help_text="True while there is a device; false takes all of them away."
    )
    mail = FlagField(required=False)
    webhook = WebhookSerializer(required=False, allow_null=True)
    with_words = FlagField(
        required=False, help_text="Whether messages to devices hold the title of the task."
    )
    summary_at = TimeOfDayField(required=False, allow_null=True)
    quiet = QuietSerializer(required=False, allow_null=True)
    rings = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Those that will truly ring."
    )
    push_key = serializers.CharField(
        read_only=True, help_text="The `applicationServerKey` with which a browser subscribes."
    )

    null_means_clear = frozenset({"webhook", "summary_at", "quiet"})

    @property
    def user(self) -> User:
        user: User = self.context["user"]
        return user

    def validate_push(self, wanted: bool) -> bool:
        if wanted and not Channels.of(self.user).push:
            raise _fault("no_device", "Turn it on in the browser of the device that shall ring.")
        return wanted

    def validate_mail(self, wanted: bool) -> bool:
        if wanted:
            self._check_mail()
        return wanted

    def validate_summary_at(self, at: Any) -> Any:
        if at:
            self._check_mail()
        return at

    def _check_mail(self) -> None:
        if not settings.SENDS_MAIL:
            raise _fault("no_mail_server", "This server sends no mail: it has no EMAIL_URL.")
        if not self.user.email:
            raise _fault("no_address", "Your account has no mail address: give it one first.")

    def save(self, **_: Any) -> Channels:
        fields = dict(self.validated_data)
        if "quiet" in fields:
            quiet = fields.pop("quiet") or {"from": None, "to": None}
            self.user.quiet_from, self.user.quiet_to = quiet["from"], quiet["to"]
            self.user.keep("quiet_from", "quiet_to")
        if "webhook" in fields:
            fields["webhook_url"] = (fields.pop("webhook") or {"url": ""})["url"]
        return Channels.change(self.user, **fields)

    def to_representation(self, channels: Channels) -> dict[str, Any]:
        names = ("page", "push", "mail", "with_words")
        user = channels.user
        at, quiet = channels.summary_at, (user.quiet_from, user.quiet_to)
        return {
            **{name: getattr(channels, name) for name in names},
            "webhook": _webhook(channels),
            "summary_at": at and f"{at:%H:%M}",
            "quiet": {"from": f"{quiet[0]:%H:%M}", "to": f"{quiet[1]:%H:%M}"}
            if all(quiet)
            else None,
            "rings": channels.ringing,
            "push_key": push_key(),
        }


class TestedSerializer(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(["push", "mail", "webhook"])
    status = serializers.ChoiceField(["sent", "failed"])
    detail = serializers.CharField(allow_blank=True, help_text="What went wrong.")


class TestSerializer(serializers.Serializer[Any]):
    results = TestedSerializer(many=True)


def _webhook(channels: Channels) -> dict[str, str] | None:
    if not channels.webhook_url:
        return None
    secret = {"secret": channels.new_secret} if channels.new_secret else {}
    return {"url": channels.webhook_url, **secret}


def _fault(code: str, sentence: str) -> ValidationError:
    return ValidationError([ErrorDetail(sentence, code=code)])
