"""The image, built and run as deploy/Dockerfile has it: `make image` names this file.

It takes root, debootstrap and some minutes; no Docker. Nothing here starts a server on a database
of the tests.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe

import httpx2
import pytest

from config.version import VERSION
from tests.deploy.image import BASE, Container, Stage, build
from tests.served.processes import until

FOLDER = "opt/todo-chat"
COMPILERS = ("cc", "gcc", "g++", "ld", "make", "pip", "pip3", "curl", "git")
MIGRATE = ["python", "manage.py", "migrate", "--verbosity", "0"]
CLEAN_UP = ["python", "manage.py", "cleanup_conversations"]
CHECK = ["python", "manage.py", "check", "--deploy", "--fail-level", "ERROR"]
# In a shell, so that it is told what the user may do and not what root may.
WRITE = 'for place; do touch "$place/x" 2>/dev/null && echo "$place"; done; true'
ASKED = {"message": "Add buy milk tomorrow at 5pm"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    if os.geteuid() != 0 or not BASE.is_dir():
        pytest.skip("The image is built by root, from what `make .venv/debian` has put there.")
    return build(tmp_path_factory.mktemp("image"), VERSION=VERSION)


@pytest.fixture(scope="module")
def container(image: Stage) -> Iterator[Container]:
    secrets = {"secret_key": token_urlsafe(48), "jwt_signing_key": token_urlsafe(48)}
    files = {f"{name.upper()}_FILE": f"/run/secrets/{name}" for name in secrets}
    container = Container(image, secrets, ALLOWED_HOSTS="chat.example.org", **files)
    with container:
        assert (ended := container.run(MIGRATE)).returncode == 0, ended.stderr
        yield container


def test_the_image_has_what_serves_and_nothing_that_builds(image: Stage) -> None:
    names = {path.name for path in (image.root / FOLDER).iterdir()}
    bins = [image.root / place for place in ("usr/bin", "bin", "usr/local/bin")]

    assert {"manage.py", "config", "static", ".venv"} <= names
    assert names.isdisjoint({"tests", "benchmarks", "docs", "var", ".git", ".env", "db.sqlite3"})
    assert not [tool for tool in COMPILERS for place in bins if (place / tool).exists()]
    assert not list((image.root / FOLDER / ".venv/bin").glob("pip*"))
    assert list((image.root / FOLDER / "static").rglob("*.js"))
    assert image.labels["org.opencontainers.image.version"] == VERSION


def test_no_key_was_made_on_the_way(image: Stage) -> None:
    kept = {"secret_key", "jwt_signing_key", "vapid_private_key", "db.sqlite3"}

    assert not [path for path in image.root.rglob("*") if path.name in kept]


def test_its_user_writes_to_its_data_and_to_tmp_alone(container: Container) -> None:
    places = ["/", "/opt/todo-chat", "/opt/todo-chat/static", "/etc", "/run", "/usr", "/var/lib"]
    writable = ["/tmp", "/var/lib/todo-chat"]

    ended = container.run(["/bin/sh", "-c", WRITE, "sh", *places, *writable])

    assert ended.stdout.split() == writable
    assert container.run(["id", "-u"]).stdout == "10001\n"


def test_it_is_ready_and_takes_a_turn(container: Container, image: Stage) -> None:
    with httpx2.Client(base_url=container.url, headers={"Host": "chat.example.org"}) as client:
        ready = client.get("/health/ready/")
        someone = {"username": "ada", "password": "a quiet long secret"}
        client.post("/api/auth/register/", json=someone).raise_for_status()
        access = client.post("/api/auth/token/", json=someone).json()["access"]
        bearer = {"Authorization": f"Bearer {access}"}
        answer = client.post("/api/chat/", json=ASKED, headers=bearer).json()
        style = client.get("/accounts/login/").text

    assert ready.json()["status"] == "ok"
    assert answer["assistant_message"]["status"] == "completed"
    assert [call["name"] for call in answer["assistant_message"]["tool_calls"]] == ["create_task"]
    assert "/static/" in style
    assert container.run(image.health).returncode == 0
    assert container.run(CLEAN_UP).returncode == 0
    assert container.run(CHECK).returncode == 0


def test_sigterm_reaches_the_server_itself(container: Container, image: Stage) -> None:
    cmdline = Path(f"/proc/{container.pid}/cmdline").read_bytes()
    assert cmdline.endswith(b"python\0-m\0config\0")

    os.kill(container.pid, signal.SIGTERM)

    until(lambda: not container.lives())
    assert container.run(image.health).returncode != 0
    assert "Traceback" not in container.log()
