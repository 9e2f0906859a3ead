"""Nobody can tell a stranger's row from one that does not exist, on any path that names a row."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call, say
from todos.models import Origin, Proposal, TaskList

pytestmark = pytest.mark.no_cover

Make = Callable[[User], Model]

ID = re.compile(r"\(\?P<\w+>[^)]*\)|<[^>]*>")
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
OF_NO_ROW = (  # or with a secret for nobody else, or with a name that is looked up among one's own
    *("/admin/", "/accounts/forgotten/<", "/calendar/<", "/v1/models/<", "/api/ai-sdk/chat/<"),
)
MAKES_WHAT_IS_UNKNOWN = ("POST", "/chatkit/threads/{id}/messages/")
GOOD_FOR_ALL = {"title": "x", "content": "x", "message": "x", "name": "x"}


def a_conversation(user: User) -> Model:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")
    record_call(conversation.begin_turn("Add milk", LEASE))
    return conversation


def a_deleted_conversation(user: User) -> Model:
    conversation = a_conversation(user)
    conversation.remove()
    return conversation


def a_task(user: User) -> Model:
    return TaskFactory(user=user)


def a_deleted_task(user: User) -> Model:
    task = TaskFactory(user=user)
    task.remove(Origin("api"))
    return task


def a_list(user: User) -> Model:
    return TaskList.add(user, Origin("api"), name=f"Home {uuid4()}")


def a_deleted_list(user: User) -> Model:
    task_list = a_list(user)
    task_list.remove(Origin("api"))
    return task_list


def a_tag(user: User) -> Model:
    """Its row is a task, which stands here by its tag."""
    task = TaskFactory(user=user, tags=["errands"])
    task.pk = "errands"
    return task


def a_change(user: User) -> Model:
    return TaskFactory(user=user).changes.get()


def an_act(user: User) -> Model:
    """Its row is a change, which stands here by the id of its act."""
    change = TaskFactory(user=user).changes.get()
    change.pk = change.its_act
    return change


def a_proposal(user: User) -> Model:
    keys = [str(TaskFactory(user=user).pk) for _ in range(4)]
    return Proposal.make(user, {"do": "delete", "tasks": keys}, Origin("api"))


def a_response(user: User) -> Model:
    """Its row is a turn, which stands here by the id that OpenAI's clients have for it."""
    turn = a_conversation(user).turns.last()
    turn.pk = f"resp_{turn.pk.hex}"
    return turn


def a_conversation_of_openai(user: User) -> Model:
    conversation = a_conversation(user)
    conversation.pk = f"conv_{conversation.pk.hex}"
    return conversation


def a_reply(user: User) -> Model:
    return a_conversation(user).messages.last()


def a_call(user: User) -> Model:
    return a_conversation(user).turns.last().calls[0]


def a_reminder(user: User) -> Model:
    return TaskFactory(user=user, reminders=[{"before_minutes": 10}]).reminder_rows.get()


def a_preference(user: User) -> Model:
    return user.remember("note", "Tea", "Tea")


def a_key(user: User) -> Model:
    return user.make_key("Claude Desktop", ["write"])


# Whose row stands at the place of the id; a new kind of path has to be entered here.
ROWS: dict[str, list[Make]] = {
    "/api/conversations/": [a_conversation, a_deleted_conversation],
    "/api/preferences/": [a_preference],
    "/api/keys/": [a_key],
    "/accounts/settings/forget/": [a_preference],
    "/settings/keys/": [a_key],
    "/api/tasks/": [a_task, a_deleted_task],
    "/api/lists/": [a_list, a_deleted_list],
    "/api/tags/": [a_tag],
    "/api/changes/": [a_change],
    "/api/proposals/": [a_proposal],
    "/api/reminders/": [a_reminder],
    "/api/acts/": [an_act],
    "/api/messages/": [a_reply],
    "/api/{user}/conversations/": [a_conversation, a_deleted_conversation],
    "/api/chat/": [a_conversation, a_deleted_conversation],
    "/api/chat/conversations/": [a_conversation, a_deleted_conversation],
    "/chatkit/threads/": [a_conversation, a_deleted_conversation],
    "/v1/responses/": [a_response],
    "/v1/conversations/": [a_conversation_of_openai],
    "/c/": [a_conversation, a_deleted_conversation],
    "/calls/": [a_call],
    "/messages/": [a_reply],
    "/tasks/": [a_task, a_deleted_task],
    "/lists/": [a_list, a_deleted_list],
    "/acts/": [an_act],
    "/proposals/": [a_proposal],
    "/reminders/": [a_reminder],
}


def routes(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def all_paths() -> Iterator[str]:
    """All where somebody's row may be named.

    With ``{id}`` where a row is named, and ``{user}`` where the caller is.

    Whoever else stands there is told in tests/web/test_user_in_path.py.
    """
    for path in routes(get_resolver().url_patterns):
        if not path.startswith(OF_NO_ROW):
            yield ID.sub("{id}", path.replace("<str:user_id>", "{user}"))


def with_an_id() -> list[str]:
    return sorted({path for path in all_paths() if "{id}" in path})


def cases() -> Iterator[Any]:
    for path in with_an_id():
        for make in ROWS.get(path.partition("{id}")[0], [None]):
            for method in METHODS:
                if (method, path) == MAKES_WHAT_IS_UNKNOWN:
                    continue
                name = make.__name__ if make else "unlisted"
                yield pytest.param(path, method, make, id=f"{method} {path} {name}")


def everything() -> list[tuple[Any, ...]]:
    models = apps.get_app_config("conversations"), apps.get_app_config("todos")
    return [
        row for app in models for model in app.get_models() for row in model.objects.values_list()
    ]


@pytest.fixture
def browser(user: User) -> APIClient:
    """Signed in by a session, as the pages want it."""
    browser = APIClient(raise_request_exception=False)
    browser.force_login(user)
    return browser


def test_the_walk_finds_the_paths() -> None:
    some = {"/api/conversations/{id}/", "/api/conversations/{id}/messages/", "/c/{id}/say/"}
    assert some < set(with_an_id())


@pytest.mark.only_on("sqlite")  # the queries are the same
@pytest.mark.parametrize(("path", "method", "make"), list(cases()))
def test_a_stranger_gets_what_anybody_gets_for_no_row_at_all(
    client: APIClient,
    browser: APIClient,
    user: User,
    stranger: User,
    path: str,
    method: str,
    make: Make | None,
) -> None:
    assert make, f"add {path} to ROWS, so that it is tried with a stranger's row"
    row = make(stranger)
    path = path.replace("{user}", str(user.pk))
    caller = client if of_the_api(path) else browser
    before = everything()

    theirs = ask(caller, method, path, row.pk, follow=True)
    nobodys = ask(caller, method, path, uuid4(), follow=True)

    assert theirs.status_code == nobodys.status_code
    assert theirs.status_code in (404, 405) or method == "OPTIONS"
    if theirs.status_code == 404 and method != "HEAD" and of_the_api(path):
        told = theirs.json()
        assert told.get("error", told)["code"] == "not_found"
        assert theirs.json() == nobodys.json()
    assert theirs.content == nobodys.content
    assert everything() == before


@pytest.mark.parametrize("make", [a_conversation, a_deleted_conversation])
def test_a_thread_is_made_under_no_id_of_a_stranger(
    client: APIClient, stranger: User, make: Make
) -> None:
    row = make(stranger)
    before = everything()

    answer = ask(client, *MAKES_WHAT_IS_UNKNOWN, row.pk)

    assert answer.status_code == 404
    assert answer.content == ask(client, "GET", "/chatkit/threads/{id}/", row.pk).content
    assert everything() == before


def of_the_api(path: str) -> bool:
    return path.startswith(("/api/", "/chatkit/", "/v1/"))


def ask(client: APIClient, method: str, path: str, key: Any, **options: bool) -> Any:
    request = getattr(client, method.lower())
    url = path.replace("{id}", str(key))
    headers = {"X-Request-ID": "mine"}
    if method in ("POST", "PUT", "PATCH"):
        kind = "json" if of_the_api(path) else "multipart"
        return request(url, GOOD_FOR_ALL, format=kind, headers=headers, **options)
    return request(url, headers=headers, **options)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("path", with_an_id())
@pytest.mark.parametrize("method", METHODS)
def test_the_anonymous_get_nothing_on_any_of_these_paths(
    anonymous: APIClient, user: User, path: str, method: str
) -> None:
    key = ROWS[path.partition("{id}")[0]][0](user).pk
    path = path.replace("{user}", str(user.pk))
    before = everything()

    answer = ask(anonymous, method, path, key)

    if of_the_api(path):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    else:
        assert answer.status_code == 405 or answer["Location"].startswith("/accounts/login/?next=/")
    assert everything() == before


def test_what_strangers_have_is_in_no_list(
    client: APIClient, stranger: User, stranger_client: APIClient
) -> None:
    lists = tuple(
        f"/api/{rows}/" for rows in ("conversations", "tasks", "proposals", "lists", "tags")
    )
    for path in lists:
        ROWS[path][0](stranger)

    for path in lists:
        assert client.get(path).json()["results"] == []
        assert stranger_client.get(path).json()["results"]
