"""What is loaded when: a command loads little, a server all before it serves, and may be forked."""

import os
import re
import subprocess
import sys

import pytest

from tests.servers import ROOT

pytestmark = pytest.mark.only_on("sqlite")

MODEL = "https://127.0.0.1:1/v1"
SELDOM = {"openai", "redis", "debugpy", "time_machine", "icalendar", "httpx2"} | {
    "drf_spectacular.views"
}
"""What few ask for, which is loaded when they do."""


def told(*command: str, **settings: str) -> str:
    """All that it says, with a line for each module that it loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "REDIS_URL": "",
            "OPENAI_BASE_URL": MODEL,
            **settings,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def loaded(said: str) -> set[str]:
    return set(re.findall(r"^import time:.*\| +(\S+)$", said, re.MULTILINE))


def test_a_command_does_not_load_what_only_a_server_needs() -> None:
    modules = loaded(told("manage.py", "check"))

    assert "chat.views" in modules
    assert modules & {"agent.offline.assistant", *SELDOM} == set()


UNCOMPILED = (
    "from text.expressions import declared;"
    "print('uncompiled', sum('compiled' not in vars(each) for each in declared))"
)


def uncompiled(said: str) -> int:
    """Regular expressions."""
    return int(said.rpartition("uncompiled ")[2].split()[0])


def test_expressions_are_compiled_by_a_server_alone() -> None:
    check = "from django.core.management import call_command; import django; django.setup();"

    assert uncompiled(told("-c", f"{check} call_command('check'); {UNCOMPILED}")) > 300
    assert uncompiled(told("-c", f"import config.wsgi; {UNCOMPILED}")) == 0


def test_a_server_can_be_forked_when_it_has_loaded_everything() -> None:
    said = told(
        "-c",
        "import config.wsgi, threading; from django.db import connection;"
        "print('threads', threading.active_count(), 'connection', connection.connection)",
    )

    assert {"chat.views", "agent.remote.model"} <= loaded(said)
    assert loaded(said) & SELDOM == set()
    assert "threads 1 connection None" in said


FIRST_REQUEST = """
import sys, wsgiref.util, config.wsgi
request = {"PATH_INFO": "/api/conversations/", "HTTP_HOST": "127.0.0.1"}
wsgiref.util.setup_testing_defaults(request)
before = set(sys.modules)
config.wsgi.application(request, lambda status, headers: print("answered", status))
print("loaded", sorted(set(sys.modules) - before))
"""


def test_the_first_request_of_a_process_loads_nothing() -> None:
    said = told("-c", FIRST_REQUEST)

    came = re.findall(r"^(?:answered \d+|loaded \[.*)", said, re.MULTILINE)
    assert came == ["answered 401", "loaded []"]


@pytest.mark.parametrize(("fallback", "is_loaded"), [("0", False), ("1", True)])
def test_the_built_in_assistant_is_loaded_where_it_may_answer(
    fallback: str, is_loaded: bool
) -> None:
    modules = loaded(told("-c", "import config.wsgi", AGENT_FALLBACK=fallback))

    assert ("agent.offline.assistant" in modules) == is_loaded
