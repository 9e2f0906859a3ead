"""compose.yaml: its schema takes it, and it agrees with the settings and with itself."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from compose_spec import PyCompose
from django.core.management import get_commands

from config import gunicorn
from tests.deploy.files import DEPLOY, compose, known_variables, tried
from tests.served.proxy import MAIN, NGINX, Nginx
from tests.servers import ROOT, free_port

pytestmark = pytest.mark.only_on("sqlite")  # it is about files

NAME = {"NAME": "todo.example.com"}
NODES = ("web-1", "web-2")
RUN = re.compile(r"^<!-- run -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INNER = ("postgres", "valkey")


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose(**NAME)["services"]
    return found


@pytest.mark.parametrize("variables", [NAME, tried()], ids=["with a name", "tried"])
def test_its_schema_takes_it(variables: dict[str, str]) -> None:
    assert PyCompose.from_yaml(yaml.safe_dump(compose(**variables))).to_spec()


def test_its_variables_are_settings() -> None:
    for name, service in services().items():
        if "build" in service:
            assert set(service["environment"]) <= known_variables(), name


def test_each_is_locked() -> None:
    for name, service in services().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_proxy_alone_is_reached_from_outside() -> None:
    found = compose(**NAME)

    assert [name for name, service in services().items() if "ports" in service] == ["nginx"]
    assert found["networks"]["inner"] == {"internal": True}
    assert all(list(services()[name]["networks"]) == ["inner"] for name in INNER)
    assert compose(**tried())["services"]["nginx"]["ports"] == [
        "127.0.0.1:8080:80",
        "127.0.0.1:8443:443",
    ]


def test_nobody_is_given_up_before_the_turns_end() -> None:
    for name in (*NODES, "nginx"):
        seconds = int(services()[name]["stop_grace_period"].removesuffix("s"))
        assert seconds > gunicorn.graceful_timeout


def test_the_tables_are_made_once_and_before_anything_is_served() -> None:
    migrate = services()["migrate"]

    assert migrate["command"][1:] == ["manage.py", "migrate"]
    assert migrate["restart"] == "no"
    for name in (*NODES, "cleanup"):
        condition = services()[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_the_owner_of_the_tables_migrates_and_nobody_else_is_told_the_password() -> None:
    told = {
        name for name, one in services().items() if "owner_database_url" in one.get("secrets", [])
    }

    assert told == {"migrate"}
    environment = services()["migrate"]["environment"]
    assert environment["DATABASE_URL_FILE"] == "/run/secrets/owner_database_url"


def test_a_secret_that_is_read_is_there() -> None:
    known = set(compose(**NAME)["secrets"])
    for name, service in services().items():
        handed = set(service.get("secrets", []))
        read = {
            value.removeprefix("/run/secrets/")
            for value in (service.get("environment") or {}).values()
            if value.startswith("/run/secrets/")
        }
        assert read <= handed <= known, name
    in_script = (DEPLOY / "compose" / "roles.sh").read_text()
    assert {"owner_password", "server_password"} <= set(services()["postgres"]["secrets"])
    assert "/run/secrets/owner_password" in in_script


def test_the_secrets_are_made_as_the_page_has_it(tmp_path: Path) -> None:
    (block,) = RUN.findall((ROOT / "docs" / "containers.md").read_text())
    (tmp_path / "deploy" / "compose").mkdir(parents=True)
    subprocess.run(["bash", "-euc", block], cwd=tmp_path, check=True, capture_output=True)
    made = tmp_path / "deploy" / "compose" / "secrets"
    texts = {path.name: path.read_text().strip() for path in made.iterdir()}
    named = {Path(one["file"]) for one in compose(**NAME)["secrets"].values()}

    assert {tmp_path / "deploy" / path for path in named} == set(made.iterdir())
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o444}
    assert made.stat().st_mode & 0o777 == 0o700
    for role, url, password in (
        ("todo-chat-owner", "owner_database_url", "owner_password"),
        ("todo-chat", "database_url", "server_password"),
    ):
        parts = urlsplit(texts[url])
        assert (parts.username, parts.password, parts.hostname) == (
            role,
            texts[password],
            "postgres",
        )
    assert len(set(texts.values())) == len(texts)


def test_what_it_mounts_is_there() -> None:
    mounted = [
        volume.split(":")[0] for one in services().values() for volume in one.get("volumes", [])
    ]

    assert all((DEPLOY / place).exists() for place in mounted if place.startswith("./"))


def test_the_proxy_knows_the_nodes_by_their_addresses() -> None:
    addresses = [services()[name]["networks"]["outer"]["ipv4_address"] for name in NODES]
    told = services()["nginx"]["environment"]

    assert [told["NODE_1"], told["NODE_2"]] == addresses


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(1_764_460_800, 7200), (1_764_467_999, 1), (1_764_468_000, 86400), (1_764_468_001, 86399)],
)
def test_it_is_cleaned_up_at_two_in_utc(tmp_path: Path, now: int, seconds: int) -> None:
    for name, line in {"date": f"echo {now}", "sleep": 'echo "$1"; exit 1'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    shell, flag, line = services()["cleanup"]["command"]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    done = subprocess.run([shell, flag, line], env=environment, capture_output=True, check=False)

    assert int(done.stdout) == seconds
    assert "python manage.py cleanup_conversations" in line
    assert "cleanup_conversations" in get_commands()


@pytest.mark.parametrize("plain", [False, True], ids=["TLS", "plain"])
def test_nginx_takes_the_site_that_is_made_of_ours(tmp_path: Path, plain: bool) -> None:
    if NGINX is None:
        pytest.skip("The site is tried by nginx. Try: apt install nginx")
    site = site_of_compose(tmp_path, plain=plain)

    assert "server 172.29.80.11:8000 max_fails=1" in site
    assert "server 172.29.80.12:8000 max_fails=1" in site
    assert "127.0.0.1:8000" not in site
    assert "chat.example.org" not in site
    assert ("ssl_certificate" in site, "X-Forwarded-Proto https" in site) == (not plain,) * 2
    assert site.count("server_name todo.example.com;") == (1 if plain else 2)
    with Nginx(free_port()) as certified:
        (tmp_path / "site.conf").write_text(on_free_ports(site, certified.folder))
        (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path, user=""))
        command = [NGINX, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr"]
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stderr


def site_of_compose(folder: Path, *, plain: bool) -> str:
    (folder / "nginx").write_text('#!/bin/sh\necho "$@"\n')
    (folder / "nginx").chmod(0o755)
    told = compose(**NAME, PLAIN="1" if plain else "")["services"]["nginx"]["environment"]
    here = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SITE": str(DEPLOY / "nginx.conf"),
        "TO": str(folder / "default.conf"),
    }
    command = ["sh", DEPLOY / "compose" / "nginx.sh"]
    done = subprocess.run(command, env=told | here, capture_output=True, text=True, check=True)
    assert done.stdout == "-g daemon off;\n"
    return (folder / "default.conf").read_text()


def on_free_ports(site: str, certificates: Path) -> str:
    for shipped in (80, 443):
        site = site.replace(f"listen {shipped}", f"listen 127.0.0.1:{free_port()}")
        site = site.replace(f"listen [::]:{shipped}", f"listen 127.0.0.1:{free_port()}")
    return site.replace("/etc/letsencrypt/live/todo.example.com", str(certificates))
