"""What is shipped for a machine with systemd, or cron, and nginx names what there is, and agrees
with the settings.
"""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from shutil import which

import pytest
from django.conf import settings
from django.core.management import get_commands

from config import gunicorn
from tests.deploy.files import DEPLOY, cron_lines, manifests, pod, site, sites, unit
from tests.servers import ROOT

UNITS = [
    "todo-chat.service",
    "todo-chat@.service",
    "todo-chat-cleanup.service",
    "todo-chat-cleanup.timer",
    "todo-chat-finish.service",
    "todo-chat-remind.service",
]
CLEAN_UP = ["manage.py", "cleanup_conversations"]
CLEAN_UP_OF_A_CLUSTER = "CronJob todo-chat-cleanup"


def test_each_file_is_one_that_is_looked_at_here() -> None:
    others = {"nginx.conf", "cleanup.cron", "remind.cron"}
    of_containers = {"Dockerfile", "compose.yaml", "compose", "kubernetes", "roles.sql"}
    watching = {"prometheus.yml", "prometheus-alerts.yml", "grafana-dashboard.json"}
    everything = {*UNITS, *others, *of_containers, *watching}
    assert {path.name for path in DEPLOY.iterdir()} == everything


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_the_sections_of_its_kind(name: str) -> None:
    kind = PurePosixPath(name).suffix[1:].title()

    assert {"Unit", kind} <= set(unit(name).sections()) <= {"Unit", kind, "Install"}


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if which("systemd-analyze") is None:
        pytest.skip("The units are verified by systemd-analyze. Try: apt install systemd")
    python = f"{unit('todo-chat.service')['Service']['WorkingDirectory']}/.venv/bin/python"
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace(python, sys.executable)
        (tmp_path / name.replace("@", "@8001")).write_text(text)

    command = ["systemd-analyze", "verify", *sorted(tmp_path.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["todo-chat.service", "todo-chat@.service"])
def test_the_service_serves_as_make_run_does(name: str) -> None:
    service = unit(name)["Service"]
    words = shlex.split(service["ExecStart"])
    python, *words = words[words.index(f"{service['WorkingDirectory']}/.venv/bin/python") :]

    assert python == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert shlex.join(words) in (ROOT / "Makefile").read_text()
    assert find_spec(f"{words[-1]}.__main__")


def test_nodes_of_one_machine_differ_in_port_and_name_alone() -> None:
    one, several = unit("todo-chat.service"), unit("todo-chat@.service")
    words = shlex.split(several["Service"]["ExecStart"])

    assert words[:3] == ["/usr/bin/env", "PORT=%i", "NODE=%H:%i"]
    differ = {"ExecStart", "EnvironmentFile"}
    assert {
        name
        for section in ("Service", "Install")
        for name in {*one[section], *several[section]}
        if one[section].get(name) != several[section].get(name)
    } == differ
    files = re.findall(r"^EnvironmentFile=(.*)$", (DEPLOY / "todo-chat@.service").read_text(), re.M)
    assert files == [one["Service"]["EnvironmentFile"], "-/etc/todo-chat/%i.env"]


def test_the_clean_up_is_the_same_command_everywhere() -> None:
    service = unit("todo-chat-cleanup.service")["Service"]
    (container,) = pod(manifests()[CLEAN_UP_OF_A_CLUSTER])["containers"]

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
    job = manifests()[CLEAN_UP_OF_A_CLUSTER]["spec"]

    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 02:00:00 UTC", "true")
    assert (zone, line.split(" todo-chat ")[0]) == ("CRON_TZ=UTC", "0 2 * * *")
    assert (job["schedule"], job["timeZone"]) == ("0 2 * * *", "Etc/UTC")


def test_all_of_a_machine_agree_where_things_are() -> None:
    services = [unit(name)["Service"] for name in UNITS if name.endswith(".service")]
    for service in services:
        service["EnvironmentFile"] = service["EnvironmentFile"].replace(
            "-/etc/todo-chat/%i.env", "/etc/todo-chat/env"
        )
    for name in ("User", "WorkingDirectory", "EnvironmentFile", "StateDirectory"):
        assert len({service[name] for service in services}) == 1
    line, service = cron_lines()[-1], services[0]

    assert f" {service['User']} cd {service['WorkingDirectory']} && " in line
    assert f"ENV_FILE={service['EnvironmentFile']} .venv/bin/python" in line


def test_no_two_clean_ups_of_a_cluster_run_at_once() -> None:
    job = manifests()[CLEAN_UP_OF_A_CLUSTER]

    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod(job)["restartPolicy"] == "Never"


def test_nobody_gives_up_before_gunicorn_does() -> None:
    for name in ("todo-chat.service", "todo-chat@.service", "todo-chat-finish.service"):
        assert int(unit(name)["Service"]["TimeoutStopSec"]) > gunicorn.graceful_timeout
    assert int(site("proxy_read_timeout").removesuffix("s")) > gunicorn.timeout


def test_the_proxy_takes_as_large_a_body_as_the_application() -> None:
    limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024}k"

    history = f"{settings.WHOLE_HISTORY_MAX_MB}m"
    assert sites("client_body_buffer_size") == {limit, history}
    assert sites("client_max_body_size") == {limit, history, f"{settings.IMPORT_MAX_MB}m"}
