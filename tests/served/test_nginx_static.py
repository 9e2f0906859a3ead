"""Static files as the shipped nginx gives them: of the machine, else from a node that has them."""

import re
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from tests.served.conftest import served
from tests.served.processes import Model
from tests.served.proxy import NAME, Nginx, through
from tests.servers import collected_static_files, free_port

pytestmark = pytest.mark.only_on("sqlite")  # it is about what stands in front of any

HASHED = re.compile(r"\.[0-9a-f]{12}\.")
OF_EACH_ANSWER = {"connection", "date", "server", "x-request-id"}
OF_A_FILE = {"accept-ranges", "etag", "last-modified"}  # compressed ones are files of their own


class OfOneVersion:
    """It has one static file."""

    def __init__(self, name: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == f"/static/{name}" else 404)
                self.end_headers()

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_port
        Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def test_a_static_file_is_had_from_the_node_that_has_it(installed: None) -> None:
    paths = ["/static/old.css", "/static/new.css", "/static/none.css", "/old.css"]
    with (
        closing(OfOneVersion("old.css")) as old,
        closing(OfOneVersion("new.css")) as new,
        Nginx(old.port, new.port) as proxy,
        through(proxy) as client,
    ):
        statuses = {path: {client.get(path).status_code for _ in range(4)} for path in paths}

    assert statuses == dict(zip(paths, ({200}, {200}, {404}, {404}), strict=True))


def one_of_each_kind(folder: Path) -> list[str]:
    """By the end of its name and whether that has a hash; and compressed ones, too."""
    kinds = {
        (file.suffix, bool(HASHED.search(file.name)), file.with_name(f"{file.name}.gz").exists()): (
            f"/{file.relative_to(folder.parent)}"
        )
        for file in folder.rglob("*")
        if file.is_file() and file.suffix != ".gz"
    }
    return list(kinds.values())


def test_a_static_file_of_the_machine_is_as_the_application_has_it(
    transactional_db: None, model: Model, installed: None
) -> None:
    production = {"DJANGO_ENV": "production", "ALLOWED_HOSTS": NAME, "TRUSTED_PROXY_COUNT": "1"}
    secure = {"Host": NAME, "X-Forwarded-Proto": "https"}
    with (
        served(model, **production) as server,
        httpx2.Client(base_url=server.url, headers=secure) as application,
        Nginx(free_port()) as proxy,  # nobody is behind it
        through(proxy) as client,
    ):
        static = proxy.folder / "static"
        static.symlink_to(collected_static_files())
        paths = one_of_each_kind(static)
        assert len(paths) > 12
        for path in paths:
            ours, theirs = client.get(path), application.get(path)
            assert (ours.status_code, ours.content) == (200, theirs.content), path
            assert kept_headers(ours) == kept_headers(theirs), path
            again = client.get(path, headers={"If-None-Match": ours.headers["ETag"]})
            assert again.status_code == 304

        others = ["/static/none.css", "/static/", "/static/chat", "/static/%2e%2e/site.conf"]
        assert {client.get(path).status_code for path in others} == {502}


def test_a_link_among_the_static_files_leads_nowhere(installed: None) -> None:
    with Nginx(free_port()) as proxy, through(proxy) as client:  # nobody is behind it
        (proxy.folder / "secret.txt").write_text("secret")
        static = proxy.folder / "static"
        static.mkdir()
        (static / "own.txt").write_text("own")
        (static / "file.txt").symlink_to(proxy.folder / "secret.txt")
        (static / "folder").symlink_to(proxy.folder)
        paths = ["/static/own.txt", "/static/file.txt", "/static/folder/secret.txt"]
        statuses = [client.get(path).status_code for path in paths]

    assert statuses == [200, 502, 502]


def kept_headers(answer: httpx2.Response) -> dict[str, str]:
    told = {name: value.replace('"utf-8"', "utf-8") for name, value in answer.headers.items()}
    return {name: value for name, value in told.items() if name not in OF_EACH_ANSWER | OF_A_FILE}
