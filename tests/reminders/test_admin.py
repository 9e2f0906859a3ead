"""What an operator sees, which is no address and no secret."""

from django.test import Client

from accounts.models import User
from reminders.models import Channels
from tests.reminders.test_channels import a_device


def test_an_operator_sees_what_is_set_up_and_no_address(user: User, admin_client: Client) -> None:
    Channels.objects.create(user=user, webhook_url="https://hook.example/x", webhook_secret="hush")
    device = a_device(user)

    for path in (
        "/admin/reminders/channels/",
        f"/admin/reminders/channels/{user.pk}/change/",
        "/admin/reminders/pushsubscription/",
        f"/admin/reminders/pushsubscription/{device.pk}/change/",
    ):
        page = admin_client.get(path).content.decode()
        assert user.username in page
        assert not any(secret in page for secret in ("hook.example", "hush", "push.example"))
