"""The processes of the chaos benchmark: the product, the model it asks, and its clients."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from itertools import chain
from typing import Any

from benchmarks.chaos_client import Plan
from tests.servers import ROOT, TodoChat


class StormyTodoChat(TodoChat):
    """Its workers can be killed one by one; new ones take their place."""

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "benchmarks/gunicorn.py", "config.wsgi"]
        places = {"DATA_DIR": str(self.folder), "PORT": str(self.port)}
        self._run(command, {}, cwd=ROOT, env={**os.environ, **places, **self.settings})

    def kill_one(self) -> bool:
        """False when there is none just now."""
        workers = [int(note.name) for note in (self.folder / "workers").iterdir()]
        if not workers:
            return False
        try:
            os.kill(random.choice(workers), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


class Model:
    """The process of the scripted model. ``notes`` are there once it has been stopped."""

    def __init__(self) -> None:
        self._process = _start("benchmarks.chaos_model")
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.notes: dict[str, Any] = {}

    def stop(self) -> None:
        if not self.notes:
            self.notes = json.loads(self._process.communicate()[0])


class Clients:
    """The processes that take turns."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._processes = [_start("benchmarks.chaos_client") for _ in range(number)]
        for first, process in enumerate(self._processes):
            order = {"plan": asdict(plan), "shares": list(range(first, plan.shares, number))}
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()

    def seen(self) -> dict[str, Any]:
        """What all have seen together, once the last one has its last answer."""
        outputs = [process.communicate()[0] for process in self._processes]
        parts = list(chain.from_iterable(json.loads(output) for output in outputs))
        together = {
            name: list(chain.from_iterable(part[name] for part in parts))
            for name in ("stops", "faults")
        }
        sums = {
            name: sum(part[name] for part in parts)
            for name in ("requests", "retries", "replays", "broken", "gone")
        }
        answers = [pair for part in parts for pair in part["answers"].items()]
        statuses = sum((Counter(part["statuses"]) for part in parts), Counter[str]())
        return {**together, **sums, "answers": answers, "statuses": statuses}

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


def _start(module: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, text=True, **pipes)
