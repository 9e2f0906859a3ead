"""What a configuration must not be, told by name; and that production does not start with it."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from tests.servers import ROOT

KEY = "zJ4kQm8vRw2xT6bN9cH3fL7pS5dG1aY0uE-iOjXhVqB4nMtKr8s"
OTHER_KEY = "Wn7Tq2Lx9Vb4Hc6Jd1Kf8Mg3Pr5Sz0Ya-uEiOjXhVqB4nMtKr8s"
GOOD = {
    "DJANGO_ENV": "production",
    "SECRET_KEY": KEY,
    "JWT_SIGNING_KEY": OTHER_KEY,
    "ALLOWED_HOSTS": "chat.example.org",
    "CORS_ALLOWED_ORIGINS": "https://app.example.org,https://app.example.org:8443",
    "CSRF_TRUSTED_ORIGINS": "https://chat.example.org,https://*.example.org",
    "DATABASE_URL": "postgres://todo:secret@127.0.0.1:1/todo",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "TRUSTED_PROXY_COUNT": "1",
}
AS_SETTINGS: dict[str, Any] = {
    "PRODUCTION": True,
    "SECRET_KEY": KEY,
    "JWT_SIGNING_KEY": OTHER_KEY,
    "ALLOWED_HOSTS": ["chat.example.org"],
    "CORS_ALLOWED_ORIGINS": ["https://app.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://chat.example.org"],
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ON_SQLITE": False,
}


def faults(*, deploy: bool, **wrong: Any) -> list[Any]:
    with override_settings(**(AS_SETTINGS | wrong)):
        return run_checks(tags=["config"], include_deployment_checks=deploy)


@pytest.mark.parametrize("deploy", [True, False])
def test_a_good_configuration_has_no_fault(deploy: bool) -> None:
    assert faults(deploy=deploy) == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("config.E001", {"AGENT_LEASE": 30.0, "AGENT_CALL_DEADLINE": 30.0}),
        ("config.E001", {"AGENT_LEASE": 29.0, "AGENT_CALL_DEADLINE": 30.0}),
        *[
            ("config.E002", {"CHAT_RATE": rate})
            for rate in ("", "20", "20/", "20/x", "m/20", "20/0m", "-1/m", "20/minute", "٣/m")
        ],
        ("config.E002", {"LOGIN_RATE": "many"}),
        ("config.E002", {"LOGIN_ADDRESS_RATE": "many"}),
        ("config.E002", {"REGISTER_RATE": "many"}),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_hold_is_a_fault_everywhere(name: str, wrong: dict[str, Any]) -> None:
    assert [fault.id for fault in faults(deploy=False, **wrong)] == [name]


@pytest.mark.parametrize("rate", ["20/m", "1/10s", "0/h", "1000/d"])
def test_a_rate_in_the_form_of_django_ratelimit_is_none(rate: str) -> None:
    assert faults(deploy=False, CHAT_RATE=rate) == []


WEAK = ["secret", "x" * 60, "abcd" * 20, "django-insecure-" + KEY]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("config.E010", {"PRODUCTION": False}),
        ("config.E011", {"SECRET_KEY": "django-insecure-not-given-" + KEY}),
        *[("config.E012", {"SECRET_KEY": key}) for key in WEAK],
        ("config.E013", {"JWT_SIGNING_KEY": "django-insecure-not-given-" + KEY}),
        ("config.E014", {"JWT_SIGNING_KEY": KEY[:31]}),
        ("config.E014", {"JWT_SIGNING_KEY": "x" * 60}),
        ("config.E012", {"SECRET_KEY_FALLBACKS": [KEY, "x" * 60]}),
        ("config.E014", {"JWT_VERIFYING_KEYS": [KEY, "x" * 60]}),
        ("config.E015", {"JWT_SIGNING_KEY": KEY}),
        ("config.E016", {"DEBUG": True}),
        *[
            ("config.E017", {"ALLOWED_HOSTS": hosts})
            for hosts in ([], ["*"], ["chat.example.org", "*"], [""])
        ],
        ("config.E018", {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True}),
        *[
            ("config.E019", {setting: ["https://good.example", origin]})
            for setting in ("CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS")
            for origin in ("http://app.example.org", "http://localhost:3000", "*", "null", "")
        ],
        ("config.E019", {"CORS_ALLOWED_ORIGINS": ["https://app.example.org/path"]}),
        ("config.E019", {"CORS_ALLOWED_ORIGINS": ["https://*"]}),
        ("config.E019", {"CSRF_TRUSTED_ORIGINS": ["https://*"]}),
        ("config.W001", {"ON_SQLITE": True}),
        ("config.W002", {"REDIS_URL": ""}),
    ],
)
def test_what_is_wrong_in_production_is_a_fault_there_alone(
    name: str, wrong: dict[str, Any]
) -> None:
    (fault,) = faults(deploy=True, **wrong)

    assert fault.id == name
    assert fault.hint
    assert fault.is_serious() == ("E" in name.partition(".")[2])
    assert KEY not in str(fault)
    assert faults(deploy=False, **wrong) == []


def run(*command: str, **environment: str) -> tuple[int, str]:
    """How it ended, and all that it said."""
    given = {name: value for name, value in os.environ.items() if name not in GOOD}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=given | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


CHECK = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")


def test_a_good_production_passes_the_check_of_django_too() -> None:
    code, said = run(*CHECK, **GOOD)

    assert code == 0, said
    assert "no issues" in said


def test_all_that_is_wrong_is_told_at_once_and_readably() -> None:
    wrong = {
        "DJANGO_ENV": "production",
        "DEBUG": "1",
        "CORS_ALLOWED_ORIGINS": "*",
        "CSRF_TRUSTED_ORIGINS": "http://chat.example.org",
        "AGENT_LEASE": "20",
        "CHAT_RATE": "often",
    }
    code, said = run(*CHECK, **wrong)

    assert code == 1
    assert "Traceback" not in said
    names = ["E001", "E002", "E011", "E013", "E016", "E017", "E019", "W001", "W002"]
    assert [name for name in names if f"config.{name}" not in said] == []


SERVE = ("-m", "config")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DJANGO_ENV", "prodution"),
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        *[
            ("BIND", address)
            for address in (
                "localhost",
                "300.1.1.1",
                "10.0.0.0/8",
                "0.0.0.0:80",
                "http://[::]",
            )
        ],
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("AGENT_HISTORY_MESSAGES", "0"),
        ("AGENT_MAX_STEPS", "0"),
        ("AGENT_CALL_DEADLINE", "0.5"),
        ("AGENT_TURN_DEADLINE", "nan"),
        ("AGENT_LEASE", "1e10"),
        ("TURN_WAIT_SECONDS", "-0.5"),
        ("CLEANUP_PURGE_DELETED_DAYS", "-1"),
        ("WEB_CONCURRENCY", "0"),
        ("DATABASE_URL", "postgres://todo:the#secret@db/todo"),
        ("DATABASE_URL", "mysql://todo:secret@db/todo"),
        ("REDIS_URL", "redis://:secret@db:port/0"),
        ("VAPID_PRIVATE_KEY", "the-secret-of-push"),
        ("EMAIL_URL", "smtp://me:secret@mail:port"),
        ("EMAIL_URL", "submission://me:secret@mail:587/?timeout=long"),
        ("PUBLIC_URL", "https://[::1"),
        ("PUBLIC_URL", "https://chat.example.org:99999"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:port"),
        ("OPENAI_BASE_URL", "http://me:secret@[::1"),
        ("OPENAI_BASE_URL", "localhost:11434/v1"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.org, https://[::1"),
        ("CSRF_TRUSTED_ORIGINS", "https://[::1"),
        ("JWT_SIGNING_KEY", "secret \udcff"),
        ("SECRET_KEY", "secret \udcff"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_told(name: str, value: str) -> None:
    code, said = run("manage.py", "check", **{name: value})

    assert code == 4
    [line] = said.splitlines()
    assert line.startswith(f'Todo Chat does not start. Environment variable "{name}" invalid: ')
    assert f" {value}" not in line
    assert "secret" not in line


def test_nor_is_it_served_with_other_options_than_ours() -> None:
    code, said = run("-m", "gunicorn", "--bind", "127.0.0.1:0", "config.wsgi", AGENT_LEASE="soon")

    assert code != 0
    assert said.count('"AGENT_LEASE" invalid') == 1
    assert "Traceback" not in said


def test_nor_what_gunicorn_reads_as_well() -> None:
    code, said = run(*SERVE, WEB_CONCURRENCY="many", PORT="0")

    assert code == 4
    assert said.count('"WEB_CONCURRENCY" invalid') == 1
    assert "Traceback" not in said


def test_production_does_not_serve_with_a_fault_and_says_why() -> None:
    code, said = run(*SERVE, **{**GOOD, "SECRET_KEY": "", "PORT": "0", "WEB_CONCURRENCY": "2"})

    assert code == 4
    assert said.count("config.E011: SECRET_KEY is not given.") == 1
    assert "Traceback" not in said
    assert "Booting worker" not in said


def test_nor_does_it_in_any_other_server() -> None:
    code, said = run("-c", "import config.wsgi", **{**GOOD, "DEBUG": "1"})

    assert code == 4
    assert "config.E016: DEBUG is on." in said
    assert "Traceback" not in said


def test_a_key_that_is_not_given_is_no_key_that_anybody_knows() -> None:
    show = "from config import settings; print(settings.SECRET_KEY, settings.JWT_SIGNING_KEY)"
    without = {**GOOD, "SECRET_KEY": "", "JWT_SIGNING_KEY": ""}
    keys = [*run("-c", show, **without)[1].split(), *run("-c", show, **without)[1].split()]

    assert len(set(keys)) == 4
