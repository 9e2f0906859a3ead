"""What is read from the environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import GUNICORN_GIVES_UP
from tests.databases import SETTINGS
from tests.servers import ROOT

PRINT = """
import json
from config import settings
names = [name for name in dir(settings) if name.isupper() and name != "Any"]
print(json.dumps({name: repr(getattr(settings, name)) for name in names}))
"""
NAMES = sorted(set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS.read_text())))


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Where nothing of ours is, and no file of settings."""
    return {"DATA_DIR": str(tmp_path), "ENV_FILE": str(tmp_path / "env")}


def read_with(environment: dict[str, str]) -> Any:
    done = run_with(environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_with(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_variable_that_is_empty_means_its_default(places: dict[str, str]) -> None:
    assert {"DATABASE_URL", "PORT", "DEBUG", "ALLOWED_HOSTS", "AGENT_LEASE"} <= set(NAMES)

    empty = read_with({**dict.fromkeys(NAMES, ""), **places})

    assert empty == read_with(places)


def test_also_in_the_file(places: dict[str, str]) -> None:
    lines = [f"{name}=\n" for name in NAMES if name not in places]
    Path(places["ENV_FILE"]).write_text("".join(lines))

    assert read_with(places) == read_with({**places, "ENV_FILE": f"{places['ENV_FILE']}.none"})


def test_zero_is_not_empty(places: dict[str, str]) -> None:
    zero = read_with({**places, "AGENT_DAILY_TURNS": "0", "CLEANUP_PURGE_DELETED_DAYS": "0"})

    assert (zero["AGENT_DAILY_TURNS"], zero["CLEANUP_PURGE_DELETED_DAYS"]) == ("0", "0")


def test_a_value_may_stand_in_a_file(places: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret, with a line end\n")
    (tmp_path / "url").write_text("postgres://todo:s3cret@db.example.org/todo\n")

    read = read_with(
        {
            **places,
            "SECRET_KEY_FILE": str(tmp_path / "secret"),
            "DATABASE_URL_FILE": str(tmp_path / "url"),
        }
    )

    assert read["SECRET_KEY"] == repr("s3cret, with a line end")
    assert "'PASSWORD': 's3cret'" in read["DATABASES"]


@pytest.mark.parametrize("name", ["what? now", "50% #1", "plain & simple"])
def test_the_database_is_in_the_folder_of_the_data(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name

    read = read_with({"DATA_DIR": str(folder), "ENV_FILE": str(tmp_path / "env")})

    assert f"'NAME': {str(folder / 'db.sqlite3')!r}" in read["DATABASES"]


def test_a_file_that_is_not_there_is_told_without_a_traceback(places: dict[str, str]) -> None:
    done = run_with({**places, "JWT_SIGNING_KEY_FILE": "/nowhere/key"})

    assert done.returncode == GUNICORN_GIVES_UP
    assert done.stderr == (
        'Todo Chat does not start. "JWT_SIGNING_KEY_FILE" does not name a file that can be read.\n'
    )


def test_a_place_that_cannot_be_used_is_told_without_a_traceback(
    places: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "x")

    for name, value in (("DATA_DIR", place), ("DATABASE_URL", f"sqlite:///{place}")):
        done = run_with({**places, name: value})

        assert done.returncode == GUNICORN_GIVES_UP
        assert done.stderr.startswith("Todo Chat does not start. ")
        assert done.stderr.endswith(f"Not a directory: {place!r}\n")


def test_a_file_of_settings_that_is_no_text_is_told(places: dict[str, str]) -> None:
    Path(places["ENV_FILE"]).write_bytes("EMAIL_URL=smtp://jürgen@mail".encode("latin-1"))

    done = run_with(places)

    assert done.returncode == GUNICORN_GIVES_UP
    assert done.stderr == "Todo Chat does not start. The file of settings is no text in UTF-8.\n"


def test_blanks_alone_are_as_nothing(places: dict[str, str]) -> None:
    blank = {"OPENAI_API_KEY": " ", "SECRET_KEY": " ", "EMAIL_URL": " \t", "ALLOWED_HOSTS": " "}

    assert read_with({**places, **blank}) == read_with(places)


PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB4WNkAM2EEzGtOG0n2l8LuHbIqFqB1R"


@pytest.mark.parametrize("name", ["JWT_SIGNING_KEY", "JWT_VERIFYING_KEYS"])
@pytest.mark.parametrize("key", [PEM, SSH_KEY])
def test_a_key_that_cannot_sign_a_token_is_told(
    places: dict[str, str], name: str, key: str
) -> None:
    done = run_with({**places, name: key})

    assert done.returncode == GUNICORN_GIVES_UP
    assert f'Environment variable "{name}" invalid' in done.stderr
    assert "AAAA" not in done.stderr
    assert "MCow" not in done.stderr


def test_a_comma_behind_the_last_key_is_none(places: dict[str, str]) -> None:
    read = read_with({**places, "JWT_VERIFYING_KEYS": "one,, two ,"})

    assert read["JWT_VERIFYING_KEYS"] == "['one', 'two']"


@pytest.mark.parametrize(
    "prices", ["[]", '{"some-model": 1}', '{"some-model": [1, -2]}', "{", '{"m": [1, Infinity]}']
)
def test_prices_that_are_none_are_told(places: dict[str, str], prices: str) -> None:
    done = run_with({**places, "MODEL_PRICES": prices})

    assert done.returncode == GUNICORN_GIVES_UP
    assert 'Environment variable "MODEL_PRICES" invalid' in done.stderr
