"""Schemathesis asks for all that the OpenAPI document describes, as two users and as nobody.

`make fuzz` has it try 200 examples of each operation, on both databases; here it is FUZZ_EXAMPLES,
else a few on one.
"""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.conftest import Serves
from tests.factories import ConversationFactory, TaskFactory, UserFactory, say

EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "3")
pytestmark = [] if "FUZZ_EXAMPLES" in os.environ else [pytest.mark.only_on("postgresql")]
RATES = ("CHAT_RATE", "LOGIN_RATE", "LOGIN_ADDRESS_RATE", "REGISTER_RATE")
# It would have us accept what the document allows and nothing else, but no document can tell that
# a time needs a date, and we ignore fields that we do not know.
BEYOND = "positive_data_acceptance,negative_data_rejection"
CONFIGURATION = """
[auth.wfc]
path = "users.json"
peers = ["ann", "bob"]
"""


def entry(user: User) -> dict[str, object]:
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=timedelta(days=1))
    return {
        "name": user.username,
        "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}],
    }


def test_the_api_does_as_its_document_says(serves: Serves, tmp_path: Path) -> None:
    users = [UserFactory(username=name) for name in ("ann", "bob")]
    for user in users:
        TaskFactory(user=user)
        say(ConversationFactory(user=user), f"I am {user.username}")
    (tmp_path / "users.json").write_text(json.dumps({"auth": [entry(user) for user in users]}))
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    keys = {"SECRET_KEY": settings.SECRET_KEY, "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY}
    rates = dict.fromkeys(RATES, "100000/s")
    server = serves(**keys, **rates, AGENT_MAX_OPEN_TURNS="100", AGENT_DAILY_TURNS="1000000")

    options = {
        "--max-examples": EXAMPLES,
        "--exclude-checks": BEYOND,
        "--generation-database": ":memory:",
        "--warnings": "off",
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            *("--no-color", "--continue-on-failure"),
            *(word for option in options.items() for word in option),
            f"{server.url}/api/schema/",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(done.stdout)

    assert done.returncode == 0
    assert "Traceback" not in (server.folder / "log").read_text()
    assert {user.username for user in User.objects.all()} >= {"ann", "bob"}
