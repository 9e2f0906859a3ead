"""AGENT_MODELS: what is read of it, and what is said of one that cannot be read."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from agent.endpoints import BUILT_IN, Endpoint, FaultyEndpoints, read
from tests.servers import ROOT

SECRET = "sk-secret-key"
GOOD = {"base_url": "https://api.example.org/v1", "model": "large", "api_key": SECRET}


def test_a_list_of_endpoints_is_read_in_its_order() -> None:
    whole = {
        **GOOD,
        "name": "cloud",
        "context_tokens": 8192,
        "max_tokens": 0,
        "first_byte": 10,
        "idle": 5.5,
    }
    bare = {"base_url": " http://localhost:11434/v1 ", "model": "qwen3", "api_key": None}

    first, second, last = read(json.dumps([whole, bare, BUILT_IN]))

    assert isinstance(first, Endpoint)
    assert first.model_dump() == whole
    assert isinstance(second, Endpoint)
    assert (second.base_url, second.api_key) == ("http://localhost:11434/v1", None)
    assert last == BUILT_IN
    assert SECRET not in repr(first)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("https://api.example.org", "It is not JSON (line 1)"),
        (f'[{{"api_key": "{SECRET}"', "It is not JSON"),
        ("[" * 100_000, "It is not JSON"),
        ("5", "It is not a list"),
        ("[]", "It is not a list"),
        (json.dumps(GOOD), "It is not a list"),
        ('["built-in", "built-in"]', "can only be the last"),
        (json.dumps([BUILT_IN, GOOD]), "can only be the last"),
        ("[null]", 'Entry 1 is neither an object nor "built-in"'),
        ('["openai"]', 'Entry 1 is neither an object nor "built-in"'),
    ],
)
def test_what_is_no_list_of_endpoints_is_told_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(FaultyEndpoints) as raised:
        read(text)

    assert sentence in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"model": None}, "“model”"),
        ({"model": " "}, "“model” is empty"),
        ({"base_url": "localhost:11434/v1"}, "“base_url”: it is no http or https address"),
        ({"base_url": "https:///v1"}, "“base_url”: it is no http or https address"),
        ({"base_url": "http://[::1/v1"}, "“base_url”: it is no http or https address"),
        ({"base_url": "http://localhost:99999/v1"}, "“base_url”: it is no http or https address"),
        ({"base_url": f"http://me:{SECRET}/v1"}, "“base_url”: it is no http or https address"),
        ({"base_url": 5}, "“base_url”"),
        ({"api_key": f"{SECRET}\nX-Other: 1"}, "“api_key” has characters that no key has"),
        ({"api_key": [SECRET]}, "“api_key”"),
        ({"max_tokens": -1}, "“max_tokens”"),
        ({"context_tokens": 0}, "“context_tokens”"),
        ({"context_tokens": "many"}, "“context_tokens”"),
        ({"first_byte": 0}, "“first_byte”"),
        ({"idle": float("nan")}, "“idle”"),
        ({SECRET: 1}, "a field is not known (known are base_url, model, api_key"),
    ],
)
def test_a_faulty_entry_is_told_by_its_place_and_field(wrong: Any, sentence: str) -> None:
    with pytest.raises(FaultyEndpoints) as raised:
        read(json.dumps([GOOD, {**GOOD, **wrong}]))

    assert "Entry 2: " in str(raised.value)
    assert sentence in str(raised.value)
    assert SECRET not in str(raised.value)


def test_no_process_starts_with_a_faulty_list_and_the_key_is_not_shown() -> None:
    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "AGENT_MODELS": json.dumps([{"api_key": SECRET, "model": "m"}])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "AGENT_MODELS" in started.stderr
    assert "Entry 1: “base_url” is missing." in started.stderr
    assert SECRET not in started.stderr + started.stdout
    assert "Traceback" not in started.stderr
