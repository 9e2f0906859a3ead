"""Static files come under names with the hash of what is in them, and stay in the browser."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx2
import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import database_url
from tests.factories import UserFactory
from tests.servers import TodoChat

pytestmark = pytest.mark.only_on("sqlite")  # there is nothing of them in a database

PAGES = ["/accounts/login/", "/", "/nope/", "/admin/", "/admin/accounts/user/", "/api/docs/"]
NAMED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
NAMED_BY_CSS = re.compile(r"""url\(["']?([^"')]+)""")
NAMED_BY_MODULE = re.compile(r"""^\s*(?:import|export)\b[^;]*?["'](\.{1,2}/[^"']+)""", re.MULTILINE)
HASHED = re.compile(r"/static/.+\.[0-9a-f]{12}\.\w+")


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[TodoChat]:
    with TodoChat(database_url(), SECRET_KEY=settings.SECRET_KEY) as server:
        yield server


@pytest.fixture
def browser(transactional_db: None, server: TodoChat) -> Iterator[httpx2.Client]:
    """Signed in as somebody who may see the admin."""
    session = Client()
    session.force_login(UserFactory(is_staff=True, is_superuser=True))
    cookies = {name: morsel.value for name, morsel in session.cookies.items()}
    with httpx2.Client(base_url=server.url, cookies=cookies) as browser:
        yield browser


def files_behind(browser: httpx2.Client, pages: list[str]) -> dict[str, httpx2.Response]:
    """All that the pages name, and what these files name in turn."""
    waiting = [path for page in pages for path in NAMED.findall(browser.get(page).text)]
    found: dict[str, httpx2.Response] = {}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = browser.get(path)
            waiting.extend(urljoin(path, name) for name in names_in(path, found[path]))
    return found


def names_in(path: str, file: httpx2.Response) -> list[str]:
    if path.endswith(".css"):
        return [name for name in NAMED_BY_CSS.findall(file.text) if not name.startswith("data:")]
    if path.endswith(".js") and "/vendor/" not in path and "swagger" not in path:
        return NAMED_BY_MODULE.findall(file.text)
    return []


def test_all_static_files_of_all_sorts_of_pages_are_there_for_ever(browser: httpx2.Client) -> None:
    files = files_behind(browser, PAGES)

    kinds = {path.rpartition(".")[2] for path in files}
    assert kinds >= {"css", "js", "svg"}
    for path, file in files.items():
        assert file.status_code == 200, path
        assert HASHED.fullmatch(path), path
        assert "immutable" in file.headers["Cache-Control"], path
        assert int(re.findall(r"max-age=(\d+)", file.headers["Cache-Control"])[0]) > 30_000_000
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in file.headers["Content-Security-Policy"]


def test_the_modules_of_the_page_name_one_another_by_hash(browser: httpx2.Client) -> None:
    files = files_behind(browser, ["/"])

    assert any(re.fullmatch(r"/static/chat/page\.\w{12}\.js", path) for path in files)
    assert any(re.fullmatch(r"/static/chat/talk\.\w{12}\.js", path) for path in files)


def test_a_style_sheet_comes_compressed(browser: httpx2.Client) -> None:
    (path,) = [path for path in files_behind(browser, ["/nope/"]) if path.endswith(".css")]

    assert browser.get(path).headers["Content-Encoding"] == "gzip"


def test_another_name_is_a_page_that_says_so(browser: httpx2.Client) -> None:
    answer = browser.get("/static/chat/style.000000000000.css")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
