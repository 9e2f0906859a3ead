"""What is shipped for the operator names what there is, and agrees with the settings."""

import re
import shlex
from configparser import RawConfigParser
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config import gunicorn

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = [
    "todo-chat.service",
    "todo-chat-cleanup.service",
    "todo-chat-cleanup.timer",
    "todo-chat-finish.service",
    "todo-chat-remind.service",
]
CLEAN_UP = ["manage.py", "cleanup_conversations"]


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False)  # a setting may come twice
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text())
    return parser


def cron_job() -> Any:
    return yaml.safe_load((DEPLOY / "cleanup-cronjob.yaml").read_text())


def cron_lines(name: str = "cleanup.cron") -> list[str]:
    lines = (DEPLOY / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def sites(directive: str) -> set[str]:
    text = (DEPLOY / "nginx.conf").read_text()
    return set(re.findall(rf"^\s*{directive} ([^;]+);", text, re.MULTILINE))


def site(directive: str) -> str:
    (value,) = sites(directive)
    return value


def test_each_file_is_one_that_is_looked_at_here() -> None:
    others = {"nginx.conf", "cleanup.cron", "remind.cron", "cleanup-cronjob.yaml"}
    assert {path.name for path in DEPLOY.iterdir()} == {*UNITS, *others}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_the_sections_of_its_kind(name: str) -> None:
    kind = PurePosixPath(name).suffix[1:].title()

    assert {"Unit", kind} <= set(unit(name).sections()) <= {"Unit", kind, "Install"}


def test_the_service_serves_as_make_run_does() -> None:
    service = unit("todo-chat.service")["Service"]
    python, *words = shlex.split(service["ExecStart"])

    assert python == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert shlex.join(words) in (ROOT / "Makefile").read_text()
    assert find_spec(f"{words[-1]}.__main__")


def test_the_clean_up_is_the_same_command_everywhere() -> None:
    service = unit("todo-chat-cleanup.service")["Service"]
    container = cron_job()["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]

    assert CLEAN_UP[1] in get_commands()
    assert shlex.split(service["ExecStart"])[1:] == CLEAN_UP
    assert shlex.split(cron_lines()[-1])[-2:] == CLEAN_UP
    assert container["command"][1:] == CLEAN_UP
    assert (ROOT / CLEAN_UP[0]).is_file()


def test_turns_are_finished_apart_by_a_command_that_there_is() -> None:
    service = unit("todo-chat-finish.service")["Service"]

    assert "finish_turns" in get_commands()
    assert shlex.split(service["ExecStart"])[1:] == ["manage.py", "finish_turns", "--watch"]


def test_reminders_ring_apart_by_a_command_that_there_is() -> None:
    service = unit("todo-chat-remind.service")["Service"]
    line = cron_lines("remind.cron")[-1]

    assert "remind" in get_commands()
    assert shlex.split(service["ExecStart"])[1:] == ["manage.py", "remind", "--watch"]
    assert shlex.split(line)[-2:] == ["manage.py", "remind"]
    assert line.startswith("* * * * * todo-chat ")


def test_it_is_cleaned_up_at_two_in_utc_everywhere() -> None:
    timer = unit("todo-chat-cleanup.timer")["Timer"]
    zone, line = cron_lines()
    job = cron_job()["spec"]

    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 02:00:00 UTC", "true")
    assert (zone, line.split(" todo-chat ")[0]) == ("CRON_TZ=UTC", "0 2 * * *")
    assert (job["schedule"], job["timeZone"]) == ("0 2 * * *", "Etc/UTC")


def test_all_of_a_machine_agree_where_things_are() -> None:
    services = [unit(name)["Service"] for name in UNITS if name.endswith(".service")]
    for name in ("User", "WorkingDirectory", "EnvironmentFile", "StateDirectory"):
        assert len({service[name] for service in services}) == 1
    line, service = cron_lines()[-1], services[0]

    assert f" {service['User']} cd {service['WorkingDirectory']} && " in line
    assert f"ENV_FILE={service['EnvironmentFile']} .venv/bin/python" in line


def test_no_two_clean_ups_of_a_cluster_run_at_once() -> None:
    job = cron_job()

    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"


def test_nobody_gives_up_before_gunicorn_does() -> None:
    for name in ("todo-chat.service", "todo-chat-finish.service"):
        assert int(unit(name)["Service"]["TimeoutStopSec"]) > gunicorn.graceful_timeout
    assert int(site("proxy_read_timeout").removesuffix("s")) > gunicorn.timeout


def test_the_proxy_takes_as_large_a_body_as_the_application() -> None:
    limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024}k"

    history = f"{settings.WHOLE_HISTORY_MAX_MB}m"
    assert sites("client_body_buffer_size") == {limit, history}
    assert sites("client_max_body_size") == {limit, history, f"{settings.IMPORT_MAX_MB}m"}
