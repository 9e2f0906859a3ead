"""What the assistant need not ask about: kept for each user, over the API and in the settings."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db

ME = "/api/auth/me/"


def test_kinds_are_kept_once_each_and_in_one_order(client: APIClient, user: User) -> None:
    assert client.get(ME).json()["do_not_ask"] == []

    answer = client.patch(ME, {"do_not_ask": ["create", "complete", "create"]}, format="json")

    assert (answer.status_code, answer.json()["do_not_ask"]) == (200, ["complete", "create"])
    user.refresh_from_db()
    assert user.do_not_ask == ["complete", "create"]
    assert client.patch(ME, {"do_not_ask": []}, format="json").json()["do_not_ask"] == []


@pytest.mark.parametrize("wrong", [["delete"], ["restore"], "complete", [5], {"complete": True}])
def test_a_deletion_is_no_kind_of_it(client: APIClient, user: User, wrong: object) -> None:
    answer = client.patch(ME, {"do_not_ask": wrong}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    user.refresh_from_db()
    assert user.do_not_ask == []


def test_the_settings_have_a_box_for_each(user: User) -> None:
    browser = Client()
    browser.force_login(user)
    form = {"email": "", "time_zone": "UTC", "do_not_ask": ["update", "reopen"]}

    browser.post("/accounts/settings/", form)

    user.refresh_from_db()
    assert user.do_not_ask == ["update", "reopen"]
    page = browser.get("/accounts/settings/").content.decode()
    assert page.count('name="do_not_ask"') == 4
    assert page.count(" checked") == 2 + 1  # and what the Enter key does
    browser.post("/accounts/settings/", form | {"do_not_ask": ["delete"]})
    user.refresh_from_db()
    assert user.do_not_ask == ["update", "reopen"]
