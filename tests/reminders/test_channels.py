"""Which channels will truly ring."""

import pytest
from pytest_django import Settings

from accounts.models import User
from reminders.channels import channels_of
from reminders.models import Channels, PushSubscription


def a_device(user: User, number: int = 1) -> PushSubscription:
    endpoint = f"https://push.example/{user.pk}/{number}"
    return PushSubscription.objects.create(
        user=user,
        endpoint=endpoint,
        endpoint_hash=PushSubscription.hash_of(endpoint),
        p256dh="p",
        auth="a",
    )


@pytest.fixture
def mails(settings: Settings) -> None:
    settings.SENDS_MAIL = True


def test_the_page_alone_rings_where_nothing_is_set_up(user: User) -> None:
    assert channels_of(user) == ("page",)


@pytest.mark.usefixtures("mails")
def test_what_is_set_up_rings_in_one_order(user: User) -> None:
    Channels.objects.create(user=user, mail=True, webhook_url="https://example.org/ring")
    a_device(user)

    assert channels_of(user) == ("page", "push", "mail", "webhook")


def test_a_device_rings_without_a_row_of_channels(user: User, stranger: User) -> None:
    a_device(user)

    assert channels_of(user) == ("page", "push")
    assert channels_of(stranger) == ("page",)


@pytest.mark.usefixtures("mails")
def test_mail_rings_only_with_an_address(user: User) -> None:
    Channels.objects.create(user=user, mail=True, page=False)
    assert channels_of(user) == ("mail",)

    user.email = ""

    assert channels_of(user) == ()


def test_mail_rings_only_with_a_server_for_it(user: User, settings: Settings) -> None:
    settings.SENDS_MAIL = False
    Channels.objects.create(user=user, mail=True)

    assert channels_of(user) == ("page",)
