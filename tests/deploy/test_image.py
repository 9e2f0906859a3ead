"""deploy/Dockerfile: a linter takes it, and it agrees with what it is made of and with who runs it.

`make image` builds and runs it (tests/deploy/built.py); here it is only read.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import compose, known_variables, manifests, pod
from tests.deploy.image import DOCKERFILE, Stage, included, steps
from tests.servers import ROOT

pytestmark = pytest.mark.only_on("sqlite")  # it is about files

PROGRAMS = Path(sys.executable).parent
OF_OTHERS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
PODS = {"Deployment", "Job", "CronJob"}
REQUIREMENTS = {"requirements.txt", "requirements-tracing.txt", "constraints.txt"}
BESIDE_THE_ROOMS = {"manage.py", "templates", *REQUIREMENTS}


def said(instruction: str) -> list[str]:
    return [value for name, value in steps() if name == instruction]


def environment() -> dict[str, str]:
    (value,) = said("ENV")
    return Stage(ROOT).pairs(value)


def ours() -> dict[str, dict[str, Any]]:
    """The containers of this image, by where they stand."""
    services = {
        f"compose {name}": service
        for name, service in compose(NAME="x").get("services", {}).items()
        if "build" in service
    }
    jobs = {name: one for name, one in manifests().items() if name.split()[0] in PODS}
    return services | {name: pod(one) for name, one in jobs.items()}


def test_a_linter_takes_the_dockerfile() -> None:
    command = [PROGRAMS / "hadolint", "--failure-threshold", "style", DOCKERFILE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_is_copied_is_there() -> None:
    sources = [word for value in said("COPY") if "--from" not in value for word in value.split()]

    assert all((ROOT / source).exists() for source in sources)
    assert all(path.exists() for path in included())


def test_the_rooms_go_into_the_image_and_nothing_else_does() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = project["tool"]["importlinter"]["root_packages"]

    assert {path.name for path in included()} == {*rooms, *BESIDE_THE_ROOMS}


def test_its_variables_are_settings() -> None:
    assert set(environment()) - OF_OTHERS <= known_variables()


def test_nothing_that_builds_is_in_the_last_stage() -> None:
    words = [name for name, _ in steps()]
    last = len(words) - words[::-1].index("FROM")
    (run,) = [value for name, value in steps()[last:] if name == "RUN"]
    (installed,) = re.findall(r"apt-get install --yes --no-install-recommends ([^&]+)", run)

    assert installed.split() == ["ca-certificates", "python3"]


def test_it_says_no_to_root_and_serves_as_make_run_does() -> None:
    user, group = said("USER")[0].split(":")
    (command,) = said("CMD")

    assert int(user) == int(group) >= 10_000
    assert command == '["python", "-m", "config"]'  # without a shell, which would take the signals
    assert "--uid 10001" in said("RUN")[-1]


@pytest.mark.parametrize("name", ours())
def test_user_port_and_folders_are_everywhere_the_same(name: str) -> None:
    one = ours()[name]
    (data,), (port,) = said("VOLUME"), said("EXPOSE")
    known = environment()

    assert (known["DATA_DIR"], known["PORT"]) == (data, port)
    assert known["STATIC_ROOT"].startswith(said("WORKDIR")[-1])
    if "containers" not in one:
        assert [volume.split(":")[1] for volume in one["volumes"]] == [data]
        assert one["tmpfs"] == ["/tmp"]
        return
    (container,) = one["containers"]
    assert (
        f"{one['securityContext']['runAsUser']}:{one['securityContext']['runAsGroup']}"
        == (said("USER")[0])
    )
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {data, "/tmp"}
    assert [port_["containerPort"] for port_ in container.get("ports", [])] in ([], [int(port)])


def test_whoever_builds_it_tells_the_version() -> None:
    assert said("ARG") == ["ALSO=", "VERSION=unknown"]
    assert 'org.opencontainers.image.version="$VERSION"' in said("LABEL")[0]


def test_the_probe_of_the_image_asks_what_is_there() -> None:
    (value,) = said("HEALTHCHECK")

    assert "/health/'" in value
    assert "curl" not in shlex.join(said("RUN"))
