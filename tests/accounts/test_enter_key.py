"""What the Enter key does in a message: kept for each user, over the API and in the settings."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db

ME = "/api/auth/me/"
SETTINGS = "/accounts/settings/"


def test_it_is_as_on_the_device_until_somebody_wants_it_otherwise(
    client: APIClient, user: User
) -> None:
    assert client.get(ME).json()["enter_key"] == "device"

    assert client.patch(ME, {"enter_key": "breaks"}, format="json").json()["enter_key"] == "breaks"


@pytest.mark.parametrize("wrong", ["", "send", None, 1, ["breaks"]])
def test_it_is_one_of_three(client: APIClient, user: User, wrong: object) -> None:
    answer = client.patch(ME, {"enter_key": wrong}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    user.refresh_from_db()
    assert user.enter_key == "device"


def test_the_settings_choose_it_and_the_page_of_the_chat_goes_by_it(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    form = {"email": "", "time_zone": "UTC"}

    browser.post(SETTINGS, form | {"enter_key": "sends"})
    assert 'data-enter="sends"' in browser.get("/").content.decode()
    browser.post(SETTINGS, form)  # as a page from before it had this
    assert 'data-enter="sends"' in browser.get("/").content.decode()

    browser.post(SETTINGS, form | {"enter_key": "explodes"})
    assert 'data-enter="sends"' in browser.get("/").content.decode()
