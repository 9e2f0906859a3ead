"""kubernetes/: its schemas take it, and it agrees with the settings and with itself."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config import gunicorn
from config.version import VERSION
from tests.deploy.files import KUBERNETES, known_variables, manifests, pod, site, sites

pytestmark = pytest.mark.only_on("sqlite")  # it is about files

WEB = "Deployment todo-chat"
PODS = [name for name in manifests() if name.split()[0] in ("Deployment", "Job", "CronJob")]
CONNECTIONS = 100  # that PostgreSQL takes, unless it is told otherwise
HARDENED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def spec(name: str) -> Any:
    return manifests()[name]["spec"]


def kustomization() -> Any:
    return yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())


def secrets() -> dict[str, dict[str, str]]:
    documents = yaml.safe_load_all((KUBERNETES / "secret.example").read_text())
    return {one["metadata"]["name"]: one["stringData"] for one in documents}


def labels(name: str) -> dict[str, str]:
    one = spec(name).get("jobTemplate", {"spec": spec(name)})["spec"]
    found: dict[str, str] = one["template"]["metadata"]["labels"]
    return found


@pytest.mark.parametrize("version", ["1.31.0", "1.37.0"])
def test_its_schemas_take_it(version: str) -> None:
    files = [*KUBERNETES.glob("*.yaml"), KUBERNETES / "secret.example"]
    files.remove(KUBERNETES / "kustomization.yaml")
    command = [Path(sys.executable).with_name("kubernetes-validate"), "--strict", "--quiet"]

    done = subprocess.run(
        [*command, "-k", version, *files], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_kustomize_puts_them_together() -> None:
    command = [Path(sys.executable).with_name("kubectl"), "kustomize", KUBERNETES]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ours = {f"{one['kind']} {one['metadata']['name']}": one for one in yaml.safe_load_all(made)}
    image = f"registry.example.org/todo-chat:{VERSION}"

    assert ours.keys() == manifests().keys()
    assert {
        one["metadata"].get("namespace") for one in ours.values() if one["kind"] != "Namespace"
    } == {"todo-chat"}
    assert {pod(ours[name])["containers"][0]["image"] for name in PODS} == {image}


def test_every_file_is_a_resource_but_for_the_secrets() -> None:
    files = {path.name for path in KUBERNETES.glob("*.yaml")}

    assert set(kustomization()["resources"]) == files - {"kustomization.yaml"}


def test_the_image_is_the_same_everywhere_and_of_this_version() -> None:
    (image,) = kustomization()["images"]

    assert {
        container["image"] for name in PODS for container in pod(manifests()[name])["containers"]
    } == {image["name"]}
    assert image["newTag"] == VERSION


@pytest.mark.parametrize("name", PODS)
def test_each_pod_is_locked(name: str) -> None:
    one = pod(manifests()[name])
    (container,) = one["containers"]

    assert container["securityContext"] == HARDENED
    assert one["securityContext"]["runAsNonRoot"] is True
    assert one["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert one["automountServiceAccountToken"] is False
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PODS)
def test_its_variables_are_settings_from_what_there_is(name: str) -> None:
    (container,) = pod(manifests()[name])["containers"]
    there = {"ConfigMap todo-chat"} & set(manifests())
    sources = [source for one in container["envFrom"] for source in one.items()]

    assert sources == [
        ("configMapRef", {"name": "todo-chat"}),
        ("secretRef", {"name": "todo-chat"}),
    ]
    assert there
    assert set(secrets()) == {"todo-chat", "todo-chat-owner"}
    told = {variable["name"] for variable in container.get("env", [])}
    told |= set(manifests()["ConfigMap todo-chat"]["data"]) | set(secrets()["todo-chat"])
    assert told <= known_variables()


def test_the_owner_of_the_tables_migrates_and_nobody_else_knows_the_password() -> None:
    knows = {name for name in PODS if "todo-chat-owner" in yaml.safe_dump(spec(name))}

    assert knows == {"Job todo-chat-migrate"}


def test_no_secret_is_shipped() -> None:
    given = {value for one in secrets().values() for value in one.values() if value}
    assert all("PASSWORD@HOST" in value for value in given)
    assert not any(name.startswith("Secret") for name in manifests())


def test_a_pod_is_not_killed_before_its_turns_end() -> None:
    (container,) = pod(manifests()[WEB])["containers"]
    program, seconds = container["lifecycle"]["preStop"]["exec"]["command"]

    assert program == "sleep"
    grace = pod(manifests()[WEB])["terminationGracePeriodSeconds"]
    assert grace > int(seconds) + gunicorn.graceful_timeout


def test_the_probes_ask_what_is_answered_under_any_name() -> None:
    (container,) = pod(manifests()[WEB])["containers"]
    alive, ready, *_ = settings.HEALTH_PATHS
    paths = {
        name: container[name]["httpGet"]["path"]
        for name in ("startupProbe", "readinessProbe", "livenessProbe")
    }

    assert paths == {"startupProbe": alive, "readinessProbe": ready, "livenessProbe": alive}
    assert container["readinessProbe"]["timeoutSeconds"] >= 10  # the database is given up after 5


def test_a_rolling_upgrade_takes_none_away_before_the_next_is_ready() -> None:
    assert spec(WEB)["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert "replicas" not in spec(WEB)  # or each upgrade would undo what the autoscaler chose


def test_all_pods_together_find_room_in_the_database() -> None:
    told = manifests()["ConfigMap todo-chat"]["data"]
    most = spec("HorizontalPodAutoscaler todo-chat")["maxReplicas"]
    most += spec(WEB)["strategy"]["rollingUpdate"]["maxSurge"]

    assert most * int(told["WEB_CONCURRENCY"]) * int(told["DB_POOL_MAX"]) < CONNECTIONS


def test_what_names_the_pods_finds_them() -> None:
    web = labels(WEB)
    finders = [
        spec(WEB)["selector"]["matchLabels"],
        spec("Service todo-chat")["selector"],
        spec("PodDisruptionBudget todo-chat")["selector"]["matchLabels"],
        spec("NetworkPolicy todo-chat-web")["podSelector"]["matchLabels"],
    ]
    everyone = spec("NetworkPolicy todo-chat-out")["podSelector"]["matchLabels"].items()

    assert all(finder == web for finder in finders)
    assert all(everyone <= labels(name).items() for name in PODS)
    target = spec("HorizontalPodAutoscaler todo-chat")["scaleTargetRef"]
    assert f"{target['kind']} {target['name']}" == WEB


def test_the_ingress_does_as_the_proxy_that_is_tested_does() -> None:
    one = manifests()["Ingress todo-chat"]
    said = one["metadata"]["annotations"]
    (rule,) = one["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    next_upstream = min(sites("proxy_next_upstream"), key=len)  # of all but static files

    for maker in ("nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"):
        assert said[maker] == f"{settings.IMPORT_MAX_MB}m"
    for maker in ("nginx.ingress.kubernetes.io", "nginx.org"):
        assert f"{said[f'{maker}/proxy-read-timeout'].removesuffix('s')}s" == site(
            "proxy_read_timeout"
        )
        assert said[f"{maker}/proxy-next-upstream"] == next_upstream
    assert said["nginx.ingress.kubernetes.io/proxy-request-buffering"] == "on"
    assert f"Service {backend['name']}" in manifests()
    assert rule["host"] == manifests()["ConfigMap todo-chat"]["data"]["ALLOWED_HOSTS"]
    assert manifests()["ConfigMap todo-chat"]["data"]["TRUSTED_PROXY_COUNT"] == "1"
