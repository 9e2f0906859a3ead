"""What an operator sees, which is no address and no secret."""

from django.test import Client
from django.utils import timezone

from accounts.models import User
from reminders.models import Channels, Delivery
from tests.reminders.test_channels import a_device


def test_an_operator_sees_what_is_set_up_and_no_address(user: User, admin_client: Client) -> None:
    Channels.objects.create(user=user, webhook_url="https://hook.example/x", webhook_secret="hush")
    device = a_device(user)
    delivery = Delivery.objects.create(user=user, rings_at=timezone.now(), channel="push")

    for path in (
        "/admin/reminders/channels/",
        f"/admin/reminders/channels/{user.pk}/change/",
        "/admin/reminders/pushsubscription/",
        f"/admin/reminders/pushsubscription/{device.pk}/change/",
        "/admin/reminders/delivery/",
        f"/admin/reminders/delivery/{delivery.pk}/change/",
    ):
        page = admin_client.get(path).content.decode()
        assert user.username in page
        assert not any(secret in page for secret in ("hook.example", "hush", "push.example"))
