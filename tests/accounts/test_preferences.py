"""What people told about themselves: kept, seen, removed."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.preferences import MOST_TOLD, NoRoom, Preference
from tests.factories import UserFactory

PREFERENCES = "/api/preferences/"

pytestmark = pytest.mark.django_db


def test_they_are_told_oldest_first(client: APIClient, user: User) -> None:
    message = uuid4()
    user.remember("morning", "07:00", "mornings are 7", message)
    user.remember("note", "Anna is my sister", "Anna is my sister")

    [morning, note] = client.get(PREFERENCES).json()

    assert (morning["key"], morning["value"]) == ("morning", "07:00")
    assert (morning["words"], morning["message_id"]) == ("mornings are 7", str(message))
    assert set(note) == {"id", "key", "value", "words", "message_id", "created_at"}


def test_a_later_one_replaces_the_one_of_its_key_but_notes_stand_together(user: User) -> None:
    user.remember("morning", "07:00", "mornings are 7")
    user.remember("note", "Anna is my sister", "Anna is my sister")
    user.remember("morning", "06:30", "mornings are 6:30")
    user.remember("note", "Tea, never coffee", "Tea, never coffee")
    user.remember("note", "Anna is my sister", "Anna is my sister")

    lines = [each.line for each in user.preferences()]

    assert lines == ["morning: 06:30", "note: Tea, never coffee", "note: Anna is my sister"]


def test_no_more_is_kept_than_fits_and_what_was_told_stays(user: User) -> None:
    for number in range(4):
        user.remember("note", f"{number}" * 200, "a note")

    with pytest.raises(NoRoom):
        user.remember("note", "é" * 150, "a note")

    assert Preference.objects.for_user(user).count() == 4
    told = sum(len(each.line.encode()) + 1 for each in user.preferences())
    assert 0 < told <= MOST_TOLD


def test_one_is_forgotten_and_the_flag_of_the_user_tells_whether_there_are_any(
    client: APIClient, user: User
) -> None:
    first = user.remember("noon", "12:30", "noon means 12:30")
    second = user.remember("note", "Tea", "Tea")
    flags = [User.objects.get(pk=user.pk).has_preferences]

    answers = [client.delete(f"{PREFERENCES}{first.pk}/").status_code]
    flags.append(User.objects.get(pk=user.pk).has_preferences)
    answers += [client.delete(f"{PREFERENCES}{each.pk}/").status_code for each in (second, second)]
    flags.append(User.objects.get(pk=user.pk).has_preferences)

    assert answers == [204, 204, 404]
    assert flags == [True, True, False]
    assert client.get(PREFERENCES).json() == []


def test_they_are_nobody_elses(
    stranger_client: APIClient, anonymous: APIClient, user: User
) -> None:
    told = user.remember("note", "Tea", "Tea")
    url = f"{PREFERENCES}{told.pk}/"

    assert stranger_client.get(PREFERENCES).json() == []
    assert stranger_client.delete(url).json()["code"] == "not_found"
    assert [anonymous.get(PREFERENCES).status_code, anonymous.delete(url).status_code] == [401, 401]
    assert stranger_client.delete(f"{PREFERENCES}nonsense/").status_code == 404
    assert Preference.objects.filter(pk=told.pk).exists()


def test_settings_show_them_and_forget_them(browser: Client, user: User) -> None:
    browser.force_login(user)
    assert "What you told" not in browser.get("/accounts/settings/").content.decode()
    told = user.remember("morning", "07:00", "mornings are <7>")
    page = browser.get("/accounts/settings/").content.decode()

    answer = browser.post(f"/accounts/settings/forget/{told.pk}/", follow=True)

    assert "07:00" in page
    assert "mornings are &lt;7&gt;" in page
    assert "That is forgotten." in answer.content.decode()
    assert "07:00" not in answer.content.decode()
    assert not Preference.objects.exists()


def test_settings_forget_nothing_of_others_and_nothing_without_a_token(user: User) -> None:
    told = user.remember("morning", "07:00", "mornings are 7")
    url = f"/accounts/settings/forget/{told.pk}/"
    other, careless = Client(), Client(enforce_csrf_checks=True)
    other.force_login(UserFactory())
    careless.force_login(user)

    other.post(url)
    codes = [careless.post(url).status_code, other.get(url).status_code]

    assert codes == [403, 405]
    assert Preference.objects.filter(pk=told.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_they_are_exported_and_erased_with_the_account(client: APIClient, user: User) -> None:
    user.remember("note", "Anna is my sister", "remember that Anna is my sister")

    data = json.loads(client.get("/api/auth/me/export/").getvalue())
    user.erase()

    assert [row["words"] for row in data["preferences"]] == ["remember that Anna is my sister"]
    assert not Preference.objects.exists()


def test_an_operator_sees_them_and_changes_none(user: User) -> None:
    told = user.remember("morning", "07:00", "mornings are 7")
    operator = Client()
    operator.force_login(UserFactory(is_staff=True, is_superuser=True))
    url = "/admin/accounts/preference/"

    assert "mornings are 7" in operator.get(url).content.decode()
    assert operator.post(f"{url}{told.pk}/delete/", {"post": "yes"}).status_code == 403
    assert operator.get(f"{url}add/").status_code == 403
