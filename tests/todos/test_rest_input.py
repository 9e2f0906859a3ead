"""What the tasks' endpoints refuse: always 400 (or 415), never 500, and nothing is kept."""

import json
from datetime import date

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from todos.models import Task, TaskChange

pytestmark = pytest.mark.only_on("postgresql")  # which takes less than SQLite does

LONGEST_TITLE, LONGEST_NOTES = 200, 10_000
DIGITS = "9" * 5_000


def send(client: APIClient, method: str, path: str, body: object, kind: str = "application/json"):
    """``body`` as JSON in ASCII, so that lone surrogates can be sent too; bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic(method, path, data, content_type=kind)


def field_errors(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "invalid"
    return [(error["field"], error["code"]) for error in problem.get("errors", [])]


BAD_FIELDS = [
    *[("title", value, "blank") for value in ("", "   ", "\n\t", "\u200b", "\ufeff\u2060 \u00ad")],
    ("title", "x" * 201, "max_length"),
    ("title", "👨‍👩‍👧‍👦" * 29, "max_length"),  # 203 code points
    ("title", "a\x00b", "null_characters_not_allowed"),
    *[("title", f"a{half}b", "surrogate_characters_not_allowed") for half in ("\ud800", "\udc00")],
    *[("title", value, "invalid") for value in (5, 1.5, True, [], {}, ["x"])],
    ("title", None, "null"),
    ("notes", "x" * 10_001, "max_length"),
    ("notes", "\x00", "null_characters_not_allowed"),
    ("notes", "\ud83d", "surrogate_characters_not_allowed"),
    *[("notes", value, "invalid") for value in (5, False, [], {})],
    *[
        ("due_date", value, "invalid")
        for value in (
            "", "soon", "31 Feb", "2026-02-31", "2026-13-01", "0000-01-01", "2026-1-2", "20261120",
            "2026-W47-5", "26-11-20", "2026-11-20T00:00:00", "2026-11-20Z", "2026-11-20 ",
            "٢٠٢٦-١١-٢٠", "２０２６-11-20", "99999-01-01", "2026-11-20\n", "\x00", "\ud800",
            20261120, True, [], {}, 0, 1.5, "0", "86400", "-1", "1e9", "2026-11-5", "2026/11/05",
            "20261105", "1.0", "1763596800000",
        )
    ],
    *[
        ("due_time", value, "invalid")
        for value in (
            "", "noon", "24:00", "12:60", "9:00", "17", "1730", "T17:30", "17:30Z", "17:30+01:00",
            "17:30:30", "17:30:00.5", "17:30 ", "17:30\n", "5:30 pm", "１７:30", "-1:00", "\x00",
            "\ud800", 1730, 17.5, True, [], {},
        )
    ],
    *[
        ("priority", value, "invalid_choice")
        for value in ("", "urgent", "High", " high", "\x00", "\ud800", 0, 3, True, [], {}, ["low"])
    ],
    *[("completed", value, "invalid") for value in ("", "yes", "true", "\ud800", 0, 1, [], {})],
]  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS)
def test_a_field_that_is_not_valid_is_400(
    client: APIClient, user: User, method: str, field: str, value: object, code: str
):
    task = TaskFactory(user=user)
    before = Task.objects.values().get()
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{task.pk}/"
    body = {"title": "x", "due_date": "2026-11-20", "due_time": "17:30"} | {field: value}
    assert field_errors(send(client, method, path, body)) == [(field, code)]
    assert Task.objects.values().get() == before
    assert TaskChange.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * LONGEST_TITLE, "notes": "y" * LONGEST_NOTES},
        {"title": "界" * LONGEST_TITLE},
        {"title": "😀" * LONGEST_TITLE, "notes": "😀" * LONGEST_NOTES},
        {"title": "e\u0301 \u202e ツ 👨‍👩‍👧‍👦 <b>"},
        {"notes": "\n  indented\r\n\ttoo  \n"},
        {"due_date": "0001-01-01", "due_time": "00:00"},
        {"due_date": "9999-12-31", "due_time": "23:59"},
        {"due_date": "2028-02-29"},
        {"due_date": None, "due_time": None},
    ],
)
def test_what_is_allowed_comes_back_to_the_letter(client: APIClient, fields: dict):
    made = client.post("/api/tasks/", {"title": "x", **fields})
    assert made.status_code == 201, made.json()
    for answer in (made, client.get(f"/api/tasks/{made.json()['id']}/")):
        assert {name: answer.json()[name] for name in fields} == fields


def test_seconds_may_be_there_if_they_are_zero(client: APIClient):
    body = {"title": "x", "due_date": "2026-11-20", "due_time": "17:30:00"}
    assert client.post("/api/tasks/", body).json()["due_time"] == "17:30"


def test_the_longest_title_is_counted_without_the_space_around_it(client: APIClient):
    answer = client.post("/api/tasks/", {"title": f"  {'x' * LONGEST_TITLE}\n"})
    assert answer.status_code == 201


OPTIONAL = dict.fromkeys(("notes", "due_date", "due_time", "priority", "completed"))


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_null_is_what_is_not_given(client: APIClient, user: User, method: str):
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{TaskFactory(user=user).pk}/"

    answer = send(client, method, path, {"title": "x", **OPTIONAL})

    assert answer.status_code in (200, 201), answer.json()
    given = {name: answer.json()[name] for name in OPTIONAL}
    assert given == OPTIONAL | {"notes": "", "priority": "none", "completed": False}


def test_of_a_patch_null_clears_the_date_and_leaves_the_rest(client: APIClient, user: User):
    task = TaskFactory(user=user, notes="n", priority="high", due_date=date(2026, 11, 20))

    answer = client.patch(f"/api/tasks/{task.pk}/", OPTIONAL)

    assert answer.status_code == 200
    told = [answer.json()[name] for name in ("notes", "priority", "due_date")]
    assert told == ["n", "high", None]


@pytest.mark.parametrize("body", [{"notes": None}, {"priority": None, "completed": None}])
def test_a_patch_of_nulls_alone_names_nothing(client: APIClient, user: User, body: dict):
    path = f"/api/tasks/{TaskFactory(user=user).pk}/"

    assert field_errors(client.patch(path, body)) == [("", "empty")]


LINE_ENDS = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f", " \n\n  "]


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_title_is_one_line(client: APIClient, user: User, method: str, end: str):
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{TaskFactory(user=user).pk}/"

    answer = send(client, method, path, {"title": f"Buy{end}oat  milk{end}"})

    assert answer.json()["title"] == "Buy oat  milk"


@pytest.mark.parametrize("body", [{}, {"name": "x"}, {"notes": "x"}])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_task_needs_a_title(client: APIClient, user: User, method: str, body: dict):
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{TaskFactory(user=user).pk}/"
    assert field_errors(send(client, method, path, body)) == [("title", "required")]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", {"title": "x", "due_time": "17:30"}),
        ("POST", {"title": "x", "due_time": "00:00", "due_date": None}),
        ("PUT", {"title": "x", "due_time": "17:30"}),
        ("PATCH", {"due_time": "17:30"}),
        ("PATCH", {"due_time": "00:00", "due_date": None}),
    ],
)
def test_a_time_needs_a_date(client: APIClient, user: User, method: str, body: dict):
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{TaskFactory(user=user).pk}/"
    assert field_errors(send(client, method, path, body)) == [("due_time", "due_date_required")]


def test_a_time_may_follow_its_date(client: APIClient, user: User):
    path = f"/api/tasks/{TaskFactory(user=user).pk}/"
    client.patch(path, {"due_date": "2026-11-20"})
    assert client.patch(path, {"due_time": "17:30"}).json()["due_time"] == "17:30"


def test_a_patch_that_names_nothing_is_400(client: APIClient, user: User):
    path = f"/api/tasks/{TaskFactory(user=user).pk}/"
    assert field_errors(client.patch(path, {})) == [("", "empty")]


def test_all_that_is_wrong_is_told_at_once(client: APIClient):
    answer = client.post("/api/tasks/", {"title": "", "priority": "urgent", "due_date": "soon"})
    assert {field for field, _ in field_errors(answer)} == {"title", "priority", "due_date"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    "body",
    [
        [], ["x"], "x", 5, True, None, b"", b"{", b"{'title': 'x'}", b'{"title": "x",}',
        b'{"title": "x", "title": "y"}', b'{"title": NaN}', b'{"title": Infinity}',
        b'{"title": 1e999}', f'{{"title": {DIGITS}}}'.encode(), b'{"title": "\xff\xfe"}',
        '{"title": "x"}'.encode("utf-16"), b'{"title": ' + b"[" * 100_000,
        b'{"title": "x", "more": ' + b"[" * 100 + b"]" * 100 + b"}",
    ],
    ids=lambda body: repr(body)[:30],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_400(
    client: APIClient, user: User, method: str, body: object
):
    task = TaskFactory(user=user)
    path = "/api/tasks/" if method == "POST" else f"/api/tasks/{task.pk}/"
    field_errors(send(client, method, path, body))
    assert [row.title for row in Task.objects.all()] == [task.title]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b'{"title": "x"}'),
        ("application/x-www-form-urlencoded", b"title=x"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--x--',
        ),
        ("application/xml", b"<title>x</title>"),
        ("nonsense", b'{"title": "x"}'),
    ],
)
def test_any_other_type_of_body_is_415(client: APIClient, kind: str, body: bytes):
    answer = send(client, "POST", "/api/tasks/", body, kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[(f"status={value}", "status") for value in ("closed", "Open", "open,done", "%00", "%ff")],
        *[(f"due={value}", "due") for value in ("tomorrow", "2026-11-20", "null", "%00")],
        *[(f"priority={value}", "priority") for value in ("urgent", "LOW", "1", "%00")],
        *[(f"ordering={value}", "ordering") for value in ("titles", "--due", "-", "id", "due,id")],
        *[(f"ordering={value}", "ordering") for value in ("user__password", "%3f", "%00")],
        *[(f"search={value}", "search") for value in ("%00", "a%00b", "x" * 201)],
    ],
)
def test_a_filter_that_is_not_valid_is_400(client: APIClient, query: str, field: str):
    assert [name for name, _ in field_errors(client.get(f"/api/tasks/?{query}"))] == [field]


def test_a_search_can_hold_any_other_character(client: APIClient):
    for text in ("%ff", "%ed%a0%80", "%f0%9f%98%80", "%25", "_", "'", '"', "\\", "(", "*", "[a"):
        assert client.get("/api/tasks/", {"search": text}).status_code == 200
        assert client.get(f"/api/tasks/?search={text}").status_code == 200
