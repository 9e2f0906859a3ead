"""Every error is a problem (RFC 9457) for a program, and a page for a person."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User

NOT_HERE = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is nothing here, or it is not yours.",
    "code": "not_found",
}


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer["X-Request-ID"]
    assert "errors" not in body or status == 400
    return body


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/nope/", "/api/nope", "/api/", "/api/conversations/1/x/y"])
def test_a_path_that_matches_nothing_is_a_problem(anonymous: APIClient, path: str) -> None:
    answer = anonymous.get(path, headers={"X-Request-ID": "mine"})

    assert_problem(answer, 404, "not_found")
    assert answer.json() == {**NOT_HERE, "request_id": "mine"}


def test_a_row_that_is_not_there_is_the_same_problem(client: APIClient) -> None:
    for row in ("0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55", "not-a-uuid", "%00", "1"):
        answer = client.get(f"/api/conversations/{row}/", headers={"X-Request-ID": "mine"})

        assert_problem(answer, 404, "not_found")
        assert answer.json() == {**NOT_HERE, "request_id": "mine"}


def test_a_path_outside_the_api_that_matches_nothing_is_a_page(anonymous: APIClient) -> None:
    answer = anonymous.get("/nope/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/auth/me/"),
        ("delete", "/api/conversations/"),
        ("trace", "/api/conversations/"),
        ("options", "/api/docs/"),
    ],
)
def test_a_wrong_method_is_a_problem(client: APIClient, method: str, path: str) -> None:
    answer = client.generic(method.upper(), path)

    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_the_anonymous_are_asked_who_they_are_before_anything_else(anonymous: APIClient) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        answer = anonymous.generic(method, "/api/conversations/", "{", "application/json")

        assert_problem(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_bad_request_names_its_fields(client: APIClient) -> None:
    answer = client.post("/api/conversations/", {"title": "x" * 201})

    body = assert_problem(answer, 400, "invalid")
    (fault,) = body["errors"]
    assert (fault["field"], fault["code"]) == ("title", "max_length")
    assert body["detail"] == f"title: {fault['detail']}"


@pytest.mark.parametrize("length", ["131073", "9" * 5000])
def test_a_body_that_is_too_large_is_refused_unread(client: APIClient, length: str) -> None:
    answer = client.post("/api/conversations/", {"title": "x"}, CONTENT_LENGTH=length)

    assert_problem(answer, 413, "payload_too_large")


@pytest.mark.django_db
def test_a_form_that_is_too_large_is_a_page(anonymous: APIClient) -> None:
    answer = anonymous.post(
        "/accounts/login/", "x" * 131_073, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_a_body_of_just_the_largest_size_is_read(client: APIClient) -> None:
    body = '{"title": "x"}'.ljust(131_072)

    answer = client.post("/api/conversations/", body, content_type="application/json")

    assert answer.status_code == 201


def test_an_unknown_host_is_a_problem(anonymous: APIClient) -> None:
    assert_problem(anonymous.get("/api/conversations/", HTTP_HOST="evil.test"), 400, "invalid")


@pytest.mark.parametrize("given", ["mine", "a-b.c:d_9", "x" * 64])
def test_a_sane_request_id_comes_back(client: APIClient, given: str) -> None:
    answer = client.get("/api/conversations/", headers={"X-Request-ID": given})

    assert answer["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "<script>", "é", "٣"])
def test_any_other_request_gets_an_id_of_ours(client: APIClient, given: str) -> None:
    answer = client.get("/api/nope/", headers={"X-Request-ID": given})

    assert len(answer["X-Request-ID"]) == 32
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def crash(error: Exception) -> Any:
    def crashing(*_: Any, **__: Any) -> None:
        raise error

    return crashing


def test_a_crash_is_a_problem_that_tells_nothing(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = RuntimeError("secret of /etc/passwd")
    monkeypatch.setattr("conversations.views.shown.conversations", crash(secret))

    answer = client.get("/api/conversations/")

    assert_problem(answer, 500, "internal_error")
    assert b"secret" not in answer.content


def test_a_crash_of_a_page_is_a_page_that_tells_nothing(
    anonymous: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    anonymous.force_login(user)
    load = "django.contrib.sessions.backends.db.SessionStore.load"
    monkeypatch.setattr(load, crash(RuntimeError("secret of /etc/passwd")))

    answer = anonymous.get("/")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "Something went wrong on our side." in answer.content.decode()
    assert b"secret" not in answer.content


def test_a_lost_database_is_a_problem_that_says_when_to_come_back(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = OperationalError("could not connect to host db.internal")
    monkeypatch.setattr("conversations.views.shown.conversations", crash(gone))

    answer = client.get("/api/conversations/")

    assert_problem(answer, 503, "database_unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert b"db.internal" not in answer.content


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(PermissionDenied("secret"), 403, "permission_denied"), (Http404("secret"), 404, "not_found")],
)
def test_djangos_own_refusals_are_problems_too(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr("conversations.views.shown.conversations", crash(error))

    answer = client.get("/api/conversations/")

    assert_problem(answer, status, code)
    assert b"secret" not in answer.content


def test_a_page_without_a_database_is_still_a_page(
    anonymous: APIClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    anonymous.force_login(user)
    gone = OperationalError("could not connect to host db.internal")
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", crash(gone))

    answer = anonymous.get("/")

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 1
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "The database cannot be reached just now." in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/conversations", "/api/conversations/"])
def test_every_path_answers_with_and_without_its_slash(client: APIClient, path: str) -> None:
    made = client.post(path, {"title": "Home"})
    listed = client.get(path)

    assert made.status_code == 201
    assert [row["title"] for row in listed.json()["results"]] == ["Home"]


@pytest.mark.parametrize("accept", ["text/html", "text/event-stream", "application/xml", "garbage"])
def test_whatever_is_asked_for_the_answer_is_json(client: APIClient, accept: str) -> None:
    for path, status in (("/api/conversations/", 200), ("/api/nope/", 404)):
        answer = client.get(path, HTTP_ACCEPT=accept)

        assert answer.status_code == status
        assert answer["Content-Type"].endswith("json")


def in_another_shape(problem: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"message": problem["detail"], "id": problem["request_id"]}}


def in_a_sentence(problem: dict[str, Any]) -> str:
    return f"{problem['detail']} ({problem['request_id']})"


@pytest.mark.parametrize("path", ["/api/nope/", "/api/conversations/1/", "/api/chat/"])
def test_a_door_tells_a_problem_in_its_own_shape(
    client: APIClient, settings: Settings, path: str
) -> None:
    asked = client.post if path == "/api/chat/" else client.get
    plain = asked(path)

    settings.ERROR_SHAPES = {"/api/": f"{__name__}.in_another_shape"}
    shaped = asked(path, headers={"X-Request-ID": "mine"})
    settings.ERROR_SHAPES = {"/api/": f"{__name__}.in_a_sentence"}
    said = asked(path, headers={"X-Request-ID": "mine"})

    detail = plain.json()["detail"]
    assert shaped.json() == {"error": {"message": detail, "id": "mine"}}
    assert said.content.decode() == f"{detail} (mine)"
    assert plain.status_code == shaped.status_code == said.status_code
    assert (shaped["Content-Type"], said["Content-Type"]) == (
        "application/json",
        "text/plain; charset=utf-8",
    )


def test_a_shape_leaves_the_headers_of_a_refusal(anonymous: APIClient, settings: Settings) -> None:
    settings.ERROR_SHAPES = {"/api/": f"{__name__}.in_a_sentence"}

    answer = anonymous.get("/api/tasks/")

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
