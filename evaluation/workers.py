"""Trials in processes of their own, each with a database and a clock of its own.

Whoever starts them keeps the settings and the database that are configured, and touches neither:
the workers read their settings from another environment. So nothing of Django is imported here
before a worker has it.
"""

import logging
import os
import signal
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

BUILT_IN = "built-in"
NOT_OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "STATIC_ROOT",
    "DJANGO_ENV",
    "AGENT_FALLBACK",
    "AGENT_MODELS",
    "AGENT_MODEL",
    "OPENAI_BASE_URL",
)
"""Settings that would lead to somebody else's rows or to another model; empty is not given."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model behind an endpoint or, without ``base_url``, the built-in assistant."""

    model: str
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One trial that is to be made; cases are known by their names."""

    case: str
    number: int


class WorkerLost(Exception):
    """A process has ended before its trial had: killed, or it could not begin."""


def trials(
    contestant: Contestant, cases: Path, jobs: list[Job], processes: int
) -> Generator[dict[str, Any], None, None]:
    """What came of each, as it comes, in any order. Raises CaseError, WorkerLost.

    What is still at work is ended when it is closed.
    """
    with TemporaryDirectory(prefix="todo-chat-evaluation-") as folder:
        begin = (contestant, cases, Path(folder))
        executor = ProcessPoolExecutor(processes, get_context("spawn"), _begin, begin)
        try:
            futures = [executor.submit(_take, job) for job in jobs]
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise WorkerLost from None
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            _end(active_children())


def _end(children: list[BaseProcess]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.join()


def _begin(contestant: Contestant, cases: Path, folder: Path) -> None:
    """Once in each process. Ctrl-C is for the one that has started it, and it ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    own = folder / str(os.getpid())
    own.mkdir()
    os.environ.update(dict.fromkeys(NOT_OURS, ""))
    os.environ["DATA_DIR"] = str(own)
    os.environ["DATABASE_URL"] = f"sqlite:///{own / 'db.sqlite3'}"
    if contestant.base_url:
        os.environ["OPENAI_BASE_URL"] = contestant.base_url
        os.environ["AGENT_MODEL"] = contestant.model
    _start_django()
    _at_work.update(contestant=contestant, cases=_cases(cases))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _start_django() -> None:
    import django
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.WARNING)
    # The tables as the models have them now: to come there step by step takes three seconds more.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)


_at_work: dict[str, Any] = {}
"""What this process has been told."""


def _cases(folder: Path) -> dict[str, Any]:
    from evaluation.cases import families

    return {case.name: case for family in families(folder) for case in family.cases}


def _take(job: Job) -> dict[str, Any]:
    from evaluation.trial import take

    return asdict(take(_at_work["cases"][job.case], job.number, _llm(_at_work["contestant"])))


def _llm(contestant: Contestant) -> Any:
    from django.conf import settings

    from agent.choice import chosen_llm
    from agent.offline.assistant import OfflineLLM

    if not contestant.base_url:
        return OfflineLLM(settings.AGENT_CALL_DEADLINE)
    return chosen_llm()
