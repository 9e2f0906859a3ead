"""No path answers with a crash, whatever stands in the query."""

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from tests.web.test_origins import paths_of

pytestmark = pytest.mark.no_cover

NAMES = [
    "search",
    "q",
    "cursor",
    "limit",
    "since",
    "status",
    "due",
    "ordering",
    "format",
    "next",
    "p",
    "o",
    "user__id__exact",
    "created_at__gte",
]
VALUES = ["%00", "%ff%fe", "%ed%a0%80", "9" * 400, "x" * 5000]
ADMIN = [
    "/admin/",
    "/admin/login/",
    "/admin/todos/task/",
    "/admin/conversations/conversation/",
    "/admin/accounts/user/",
    "/admin/todos/task/add/",
]
LISTS = ["/", "/tasks/", "/api/conversations/", "/api/tasks/", "/admin/todos/task/"]


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def browser(operator: User) -> Client:
    TaskFactory(user=operator)
    browser = Client(raise_request_exception=False)
    browser.force_login(operator)
    return browser


def crashed(browser: Client, paths: list[str], queries: list[str]) -> list[str]:
    asked = [f"{path}?{query}" for path in paths for query in queries]
    return [url for url in asked if browser.get(url).status_code >= 500]


def test_no_path_crashes_at_any_query(browser: Client, operator: User) -> None:
    queries = ["&".join(f"{name}={value}" for name in NAMES) for value in VALUES]

    assert crashed(browser, [*paths_of(operator), *ADMIN], queries) == []


@pytest.mark.parametrize("path", LISTS)
def test_no_list_crashes_at_any_parameter(browser: Client, path: str) -> None:
    queries = [f"{name}={value}" for name in NAMES for value in VALUES]

    assert crashed(browser, [path], queries) == []
