"""What deploy/ has, as data."""

import re
from configparser import RawConfigParser
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.servers import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
PLACEHOLDER = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False)  # a setting may come twice
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / name).read_text())
    return parser


def cron_lines(name: str = "cleanup.cron") -> list[str]:
    lines = (DEPLOY / name).read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def sites(directive: str) -> set[str]:
    text = (DEPLOY / "nginx.conf").read_text()
    return set(re.findall(rf"^\s*{directive} ([^;]+);", text, re.MULTILINE))


def site(directive: str) -> str:
    (value,) = sites(directive)
    return value


def compose(**variables: str) -> dict[str, Any]:
    """With merges done and variables put in, as `docker compose config` shows it."""

    def value(found: re.Match[str]) -> str:
        name, kind, other = found.groups()
        if name is None:
            return "$"
        return variables[name] if kind == "?" else variables.get(name) or other

    def filled(part: Any) -> Any:
        match part:
            case dict():
                return {key: filled(one) for key, one in part.items()}
            case list():
                return [filled(one) for one in part]
            case str():
                return PLACEHOLDER.sub(value, part)
        return part

    whole: dict[str, Any] = filled(_loaded(DEPLOY / "compose.yaml")[0])
    return whole


def manifests() -> dict[str, dict[str, Any]]:
    """By kind and name, of all files of kubernetes/."""
    files = sorted({*KUBERNETES.glob("*.yaml")} - {KUBERNETES / "kustomization.yaml"})
    documents = [document for path in files for document in _loaded(path)]
    return {f"{one['kind']} {one['metadata']['name']}": one for one in documents}


def pod(manifest: dict[str, Any]) -> dict[str, Any]:
    """The pod that a Deployment, a Job or a CronJob makes."""
    spec = manifest["spec"]
    spec = spec.get("jobTemplate", {"spec": spec})["spec"]
    made: dict[str, Any] = spec["template"]["spec"]
    return made


def known_variables() -> set[str]:
    """What config/settings.py reads, each also as NAME_FILE."""
    names = re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "config" / "settings.py").read_text())
    return {*names, *(f"{name}_FILE" for name in names)}


def tried() -> dict[str, str]:
    """The variables with which compose.yaml is tried on one machine."""
    lines = (DEPLOY / "compose" / "try.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


@cache
def _loaded(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))
