"""deploy/Dockerfile, built and run without Docker: its steps one by one, each by chroot in a folder
that debootstrap has filled. It takes root, and mounts nothing that others see.

What Docker does beyond that is not tried here: layers, networks, limits of memory.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from string import Template
from typing import Any
from urllib.request import urlopen

from dockerfile_parse import DockerfileParser

from tests.servers import ROOT, Server

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORED = ROOT / ".dockerignore"
BASE = Path(sys.prefix) / "debian"
"""What `make .venv/debian` has put there: it stands for the image that both stages begin with."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Seen by one process and those that it starts, and gone with them.
OF_ITS_OWN = ["unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-ec"]
BUILDING = """
cd "$ROOT"
mount --bind /proc proc; mount --bind /dev dev
touch run/resolv.conf run/certificates etc/resolv.conf
mount --bind /etc/resolv.conf etc/resolv.conf
[ ! -e "$CERTIFICATES" ] || mount --bind "$CERTIFICATES" run/certificates
exec chroot "$ROOT" "$@"
"""
RUNNING = """
mount --bind "$ROOT" "$ROOT"; mount -o remount,bind,ro "$ROOT"; cd "$ROOT"
mount --bind /proc proc; mount --bind /dev dev
mount -t tmpfs tmpfs tmp; mount -t tmpfs -o mode=755 tmpfs run
mkdir run/secrets; mount --bind "$SECRETS" run/secrets; mount --bind "$DATA" ".$DATA_DIR"
exec chroot --userspec="$WHO" "$ROOT" "$@"
"""


def steps() -> list[tuple[str, str]]:
    """(instruction, value) of each, comments left out and long lines joined."""
    with DOCKERFILE.open("rb") as opened:
        structure = DockerfileParser(fileobj=opened).structure
    return [
        (step["instruction"], step["value"])
        for step in structure
        if step["instruction"] != "COMMENT"
    ]


@dataclass
class Stage:
    """One FROM and what follows it: a root folder, and what the image says of itself."""

    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def pairs(self, value: str) -> dict[str, str]:
        """NAME=value …, with the variables that are known so far."""
        words = Template(value).safe_substitute(self.arguments | self.env)
        return dict(word.split("=", 1) for word in shlex.split(words))

    def say(self, instruction: str, value: str) -> None:
        """What an image says of itself, and nothing is done for."""
        match instruction:
            case "ENV":
                self.env |= self.pairs(value)
            case "LABEL":
                self.labels |= self.pairs(value)
            case "USER":
                self.user = value
            case "HEALTHCHECK":
                self.health = json.loads(value.partition("CMD ")[2])
            case "CMD":
                self.command = json.loads(value)
            case "VOLUME" | "EXPOSE":
                pass
            case _:
                raise NotImplementedError(f"{instruction} {value}")

    def inside(self, path: str) -> Path:
        return self.root / os.path.normpath(os.path.join(self.folder, path)).lstrip("/")


def build(folder: Path, **arguments: str) -> Stage:
    """The last stage; each has a folder in ``folder``. ``arguments`` are those of `--build-arg`."""
    stages: dict[str, Stage] = {}
    stage = Stage(folder)
    for instruction, value in steps():
        if instruction == "FROM":
            _, *name = value.split(" AS ")
            stage = Stage(folder / f"stage{len(stages)}")
            stages[name[0] if name else ""] = stage
            subprocess.run(["cp", "--archive", BASE, stage.root], check=True)
        else:
            _take(instruction, value, stage, stages, arguments)
    return stage


def _take(
    instruction: str, value: str, stage: Stage, stages: dict[str, Stage], given: Mapping[str, str]
) -> None:
    match instruction:
        case "RUN":
            _run(stage, value)
        case "COPY":
            _copy(stage, stages, shlex.split(value))
        case "WORKDIR":
            stage.folder = value
            stage.inside(".").mkdir(parents=True, exist_ok=True)
        case "ARG":
            name, _, default = value.partition("=")
            stage.arguments[name] = given.get(name, default)
        case _:
            stage.say(instruction, value)


def _run(stage: Stage, value: str) -> None:
    proxies = {name: text for name, text in os.environ.items() if name.lower().endswith("_proxy")}
    places = {"ROOT": str(stage.root), "CERTIFICATES": str(CERTIFICATES)}
    outside = {**proxies, "PIP_CERT": "/run/certificates", "DEBIAN_FRONTEND": "noninteractive"}
    line = f"cd {shlex.quote(stage.folder)} && {value}"
    command = [*OF_ITS_OWN, BUILDING, "run", "/bin/sh", "-c", line]
    subprocess.run(command, env={**outside, **stage.arguments, **stage.env, **places}, check=True)


def _copy(stage: Stage, stages: dict[str, Stage], words: list[str]) -> None:
    if words[0].startswith("--from="):
        (source, target) = words[1:]
        origin = stages[words[0].removeprefix("--from=")].root / source.lstrip("/")
        shutil.copytree(origin, stage.inside(target), symlinks=True, dirs_exist_ok=True)
        return
    *sources, target = words
    for source in sources:
        for path in [ROOT / source] if source != "." else included():
            to = stage.inside(target) / path.name
            if path.is_dir():
                shutil.copytree(path, to, ignore=_ignored_everywhere, dirs_exist_ok=True)
            else:
                shutil.copy2(path, to)


def included() -> list[Path]:
    """What .dockerignore lets into the image: it takes all out, and then lets in by name."""
    everything, *lines = _lines_of_ignored()
    assert everything == "*"
    return [ROOT / line[1:] for line in lines if line.startswith("!")]


def _ignored_everywhere(folder: Any, names: list[str]) -> set[str]:
    patterns = [line.removeprefix("**/") for line in _lines_of_ignored() if line.startswith("**/")]
    return {name for name in names if any(fnmatch(name, pattern) for pattern in patterns)}


def _lines_of_ignored() -> list[str]:
    lines = IGNORED.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Container(Server):
    """The command of an image as its user, in a root that is read-only but for its volume and /tmp.

    ``secrets`` are files of /run/secrets, ``others`` variables over those of the image.
    """

    def __init__(self, stage: Stage, secrets: Mapping[str, str], **others: str) -> None:
        super().__init__()
        self._stage = stage
        self.data, self._secrets = self.folder / "data", self.folder / "secrets"
        for folder in (self.data, self._secrets):
            folder.mkdir(mode=0o700)
        for name, secret in secrets.items():
            (self._secrets / name).write_text(secret)
        user, group = map(int, stage.user.split(":"))
        for path in (self.data, self._secrets, *self._secrets.iterdir()):
            os.chown(path, user, group)
        self._environment = {**stage.env, **others, "PORT": str(self.port)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._run(self._inside(self._stage.command), {}, env=self._known)

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Another process in the same place, as `docker exec` starts it."""
        return subprocess.run(
            self._inside(command), env=self._known, capture_output=True, text=True, check=False
        )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        return self._log()

    @property
    def _known(self) -> dict[str, str]:
        places = {"ROOT": str(self._stage.root), "WHO": self._stage.user}
        return {
            **self._environment,
            **places,
            "DATA": str(self.data),
            "SECRETS": str(self._secrets),
        }

    def _inside(self, command: Sequence[str]) -> list[str]:
        folder = ["/usr/bin/env", "-C", self._stage.folder]
        return [*OF_ITS_OWN, RUNNING, "run", *folder, *command]

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health/") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
