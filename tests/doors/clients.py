"""Clients as people install them, each a process in an environment of its own.

A script of `tests/doors/scripts/` is a client that is told what to do, and tells what came of it,
in lines of JSON:

    with python_client("openai_responses.py", server.url, token) as client:
        client.ask("say", text="Hello")  # what the script's function `say` returned
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import Any, Self

import pytest

PYTHON = Path(sys.prefix) / "clients-python"
NODE = Path(sys.prefix) / "clients-node"
SCRIPTS = Path(__file__).parent / "scripts"
MISSING = "Clients by others are to be fetched. Try: apt install npm && make test-sqlite"
PATIENCE = 30  # seconds, after which a client that says nothing is killed


class Client:
    def __init__(self, command: list[str | Path], url: str, token: str, **environment: str) -> None:
        self._errors = TemporaryFile()  # noqa: SIM115 - closed with the client
        self._process = subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "URL": url, "TOKEN": token, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def ask(self, do: str, **details: Any) -> Any:
        """What the script's function of that name returns; what it raises is an AssertionError."""
        self.tell(do, **details)
        return self.answer()

    def tell(self, do: str, **details: Any) -> None:
        """As `ask`, whose answer is fetched later by `answer`."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout
        impatience = Timer(PATIENCE, self._process.kill)
        impatience.start()
        line = self._process.stdout.readline()
        impatience.cancel()
        if not line:
            self._errors.seek(0)
            raise AssertionError(f"the client ended: {self._errors.read().decode()[-4000:]}")
        said = json.loads(line)
        assert "answer" in said, said.get("error")
        return said["answer"]

    def close(self) -> None:
        with self._process as process:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def python_client(script: str, url: str, token: str = "", **environment: str) -> Client:
    """Sees the standard library and `.venv/clients-python`, and nothing of ours."""
    if not PYTHON.exists():
        pytest.skip(MISSING)
    command = [sys.executable, "-S", "-B", SCRIPTS / script]
    return Client(command, url, token, PYTHONPATH=str(PYTHON), **environment)


def node_client(script: str, url: str, token: str = "", **environment: str) -> Client:
    """Runs on Node.js 22, with the packages of `.venv/clients-node`."""
    command = node_command(f"--import={(SCRIPTS / 'packages.mjs').as_uri()}", SCRIPTS / script)
    return Client(command, url, token, CLIENTS=NODE.as_uri() + "/", **environment)


def node_command(*words: str | Path) -> list[str | Path]:
    """For a program of npm too: ``node_command(NODE / "node_modules" / …, "--flag")``."""
    node = next(NODE.glob("node_modules/node-*/bin/node"), None)
    if node is None:
        pytest.skip(MISSING)
    return [node, *words]
