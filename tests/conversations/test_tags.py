"""The ETags of conversations and their messages: whoever has what is shown gets no body again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn, shown
from tests.accounts.endings import change_password, deactivate, erase
from tests.factories import LEASE, ConversationFactory, say
from tests.keys import client_with

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/api/conversations/"


@pytest.fixture
def paths(client: APIClient, user: User) -> list[str]:
    """Of a conversation in which two turns were taken, the first with a tool."""
    id = client.post("/api/chat/", {"message": "Add Milk"}, format="json").json()["conversation_id"]
    client.post("/api/chat/", {"message": "Hello", "conversation_id": id}, format="json")
    return [f"{LIST}{id}/", f"{LIST}{id}/messages/", f"{LIST}{id}/messages/?limit=2"]


def conversation() -> Conversation:
    return Conversation.objects.get()


def reply(client: APIClient, paths: list[str], place: int) -> str:
    return str(client.get(paths[0]).json()["messages"][place]["id"])


def test_what_is_unchanged_is_not_sent_again(
    client: APIClient, paths: list[str], django_assert_num_queries: Any
) -> None:
    for path in [*paths, LIST]:
        tag = client.get(path)["ETag"]
        assert client.get(path)["ETag"] == tag

        for theirs in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
            with django_assert_num_queries(2 if path == LIST else 1):  # and who is asking
                again = client.get(path, headers={"If-None-Match": theirs})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)

        for theirs in ('W/"other"', "", tag[:-2], "no tag"):
            assert client.get(path, headers={"If-None-Match": theirs}).status_code == 200


ACTS: dict[str, Callable[[APIClient, list[str]], Any]] = {
    "say more": lambda client, paths: client.post(paths[1], {"content": "Hello"}, format="json"),
    "rename": lambda client, paths: client.patch(paths[0], {"title": "Mine"}, format="json"),
    "undo a reply": lambda client, paths: client.post(
        f"/api/messages/{reply(client, paths, 1)}/undo/"
    ),
    "undo by words": lambda client, paths: client.post(
        "/api/chat/", {"message": "undo"}, format="json"
    ),
    "withdraw": lambda client, paths: client.post(
        f"/api/messages/{reply(client, paths, 3)}/withdraw/"
    ),
    "break off": lambda client, paths: begin_and(Turn.objects.interrupt),
    "break off and stop": lambda client, paths: begin_and(
        Turn.objects.interrupt, lambda: client.post(f"{paths[0]}cancel/")
    ),
    "fail": lambda client, paths: (
        conversation()
        .begin_turn("Hello", LEASE)
        .finish(Turn.Status.FAILED, "", error_code="llm_timeout")
    ),
    "delete and restore": lambda client, paths: (
        client.delete(paths[0]),
        client.post(f"{paths[0]}restore/"),
    ),
}


def begin_and(*acts: Callable[[], Any]) -> None:
    conversation().begin_turn("Hello", LEASE)
    for act in acts:
        act()


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_whatever_changes_what_is_shown_changes_the_tag(
    client: APIClient, paths: list[str], act: Callable[[APIClient, list[str]], Any]
) -> None:
    before = {path: client.get(path) for path in [*paths, LIST]}

    act(client, paths)

    for path, old in before.items():
        new = client.get(path, headers={"If-None-Match": old["ETag"]})
        if new.status_code == 304:
            assert client.get(path).content == old.content
    changed = client.get(paths[0], headers={"If-None-Match": before[paths[0]]["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != before[paths[0]]["ETag"]


@pytest.mark.parametrize("lease", [LEASE, timedelta(seconds=-1)], ids=["alive", "abandoned"])
def test_what_shows_an_open_turn_has_no_tag(
    client: APIClient, paths: list[str], lease: timedelta
) -> None:
    oldest = f"{paths[1]}?limit=2"
    turn = conversation().begin_turn("Hello", LEASE)
    Turn.objects.just(turn).update(lease_expires_at=Now() + lease)

    assert not client.get(paths[0]).has_header("ETag")
    assert not client.get(paths[1]).has_header("ETag")
    assert client.get(paths[0], headers={"If-None-Match": 'W/"any"'}).status_code == 200
    if lease < timedelta():
        assert client.get(oldest).has_header("ETag")  # of pages that it does not stand on


def test_what_is_not_there_is_not_unchanged(
    client: APIClient, stranger_client: APIClient, paths: list[str]
) -> None:
    tags = {path: client.get(path)["ETag"] for path in paths}
    for path, tag in tags.items():
        assert stranger_client.get(path, headers={"If-None-Match": tag}).status_code == 404
        assert stranger_client.get(path, headers={"If-None-Match": "*"}).status_code == 404

    client.delete(paths[0])
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize("end", [change_password, deactivate, erase])
def test_who_may_ask_no_more_is_not_told_that_it_is_unchanged(
    client: APIClient, user: User, paths: list[str], end: Callable[[User], None]
) -> None:
    tags = {path: client.get(path)["ETag"] for path in paths}

    end(user)

    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 401


def test_a_session_and_a_key_get_304_as_well(user: User, paths: list[str]) -> None:
    browser = APIClient()
    browser.force_login(user)
    for caller in (browser, client_with(user, "read")):
        for path in paths:
            tag = caller.get(path)["ETag"]
            assert caller.get(path, headers={"If-None-Match": tag}).status_code == 304
            assert caller.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_what_is_no_id_is_not_found_whatever_is_told(client: APIClient) -> None:
    assert client.get(f"{LIST}none/", headers={"If-None-Match": "*"}).status_code == 404


def test_what_is_restored_while_it_is_read_is_shown_whole(
    client: APIClient, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation().remove()
    look = shown.conversation

    def once_restored(user: int, id: UUID) -> Any:
        monkeypatch.setattr(shown, "conversation", look)
        Conversation.objects.get().restore()
        return look(user, id)

    monkeypatch.setattr(shown, "conversation", once_restored)

    assert len(client.get(paths[1]).json()["results"]) == 4


def test_a_list_has_the_tag_of_what_it_shows(client: APIClient, user: User) -> None:
    say(ConversationFactory(user=user), "Hello")
    tag, empty = client.get(LIST)["ETag"], client.get(f"{LIST}?search=nowhere")["ETag"]
    assert tag != empty

    Conversation.objects.all().delete()

    gone = client.get(LIST, headers={"If-None-Match": tag})
    assert (gone.status_code, gone.json()["results"]) == (200, [])


def test_a_page_of_a_list_is_another_one_once_no_other_is_beside_it(
    client: APIClient, user: User
) -> None:
    older, _ = ConversationFactory(user=user), ConversationFactory(user=user)
    first = f"{LIST}?limit=1"
    page = client.get(first)
    assert page.json()["next"]

    older.remove()

    again = client.get(first, headers={"If-None-Match": page["ETag"]})
    assert (again.status_code, again.json()["next"]) == (200, None)


def test_another_release_has_other_tags(client: APIClient, paths: list[str], settings: Any) -> None:
    tag = client.get(paths[0])["ETag"]
    settings.VERSION = "0.0.1"

    assert client.get(paths[0], headers={"If-None-Match": tag}).status_code == 200
