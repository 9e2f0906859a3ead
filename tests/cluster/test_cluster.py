"""A cluster as a newcomer has it, and short scenes of what fails; all of them by
`make cluster-failures`."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import httpx2
import pytest

from tests.served.proxy import NGINX
from tests.servers import ROOT, free_port

pytestmark = pytest.mark.only_on("sqlite")  # it has a PostgreSQL of its own


@pytest.fixture(autouse=True)
def installed() -> None:
    if NGINX is None or which("openssl") is None:
        pytest.skip("Tests of a cluster need nginx and openssl. Try: apt install nginx openssl")


@contextmanager
def started(module: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Told to stop at the end, so that it takes its servers along."""
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_a_newcomer_has_a_cluster_and_ctrl_c_leaves_nothing() -> None:
    port = free_port()
    with started("tests.cluster", "--nodes", "1", "--port", str(port)) as cluster:
        told = beginning_of(cluster)
        (address,) = re.findall(r"Todo Chat is at (\S+)", told)
        ready = httpx2.get(f"{address}/health/ready/", verify=False).json()
        cluster.send_signal(signal.SIGINT)
        assert cluster.wait(60) == 0

    assert (address, ready["status"]) == (f"https://localhost:{port}", "ok")
    pids = [int(pid) for pid in re.findall(r"kill -9 -- -(\d+)", told)]
    ports = [int(found) for found in re.findall(r"127\.0\.0\.1:(\d+)", told)]
    (folder,) = re.findall(r"The data is in (\S+),", told)
    assert len(pids) == 4
    assert not Path(folder).exists()
    assert not any(is_alive(pid) for pid in pids)
    assert not any(listens(each) for each in {*ports, port})


def beginning_of(cluster: subprocess.Popen[str]) -> str:
    told = []
    for line in cluster.stdout or ():
        told.append(line)
        if line == "Ctrl-C stops all of it.\n":
            break
    return "".join(told)


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def test_an_upgrade_with_a_migration_loses_no_request() -> None:
    short = ("--nodes", "2", "--people", "2", "--seconds", "1")
    with started("tests.cluster.failures", *short, "there") as scene:
        told, _ = scene.communicate()

    assert scene.returncode == 0, told[-4000:]
