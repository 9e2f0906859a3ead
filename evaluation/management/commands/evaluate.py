import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaluation import cases, page, table
from evaluation.progress import shown
from evaluation.results import Results, failed_to_answer, file_of
from evaluation.scores import report
from evaluation.workers import BUILT_IN, Contestant, WorkerLost, trials

MOST = 100
IN_VAIN = 5
"""So many trials in a row without an answer, and the rest would have none either."""


class InVain(Exception):
    """The endpoint is away, or refuses all; the text tells the errors."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(_counted(errors))


class Command(BaseCommand):
    help = (
        "Tries a model on some 250 requests for tasks, and tells how often it is right, right each "
        "time, and how often it changes what nobody has asked it to. The key of the endpoint is "
        "read from OPENAI_API_KEY. Your own database is not touched. A run that was stopped goes "
        "on where it was."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", default=BUILT_IN, help="default: %(default)s")
        parser.add_argument("--base-url", default="", help="of the model, as OPENAI_BASE_URL")
        parser.add_argument(
            "--k", type=int, default=1, help="how often each is tried (default: %(default)s)"
        )
        parser.add_argument("--family", help="only the requests of this family")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores there")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with plots")
        parser.add_argument(
            "--parallel", type=int, default=1, metavar="N", help="so many trials at a time"
        )
        parser.add_argument("--fresh", action="store_true", help="forget the trials so far")
        parser.add_argument(
            "--results",
            type=Path,
            metavar="FILE",
            help="where each trial is kept, a line of JSON (default: one for each model, in "
            "evaluation/ of DATA_DIR)",
        )
        parser.add_argument(
            "--cases",
            type=Path,
            default=cases.OUR_CASES,
            metavar="FOLDER",
            help="your own requests in place of ours",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _within(options, "k", MOST)
        _within(options, "parallel", MOST)
        contestant = _contestant(options["model"], options["base_url"])
        families = _families(options["cases"], options["family"])
        results = _results(options["results"], contestant, fresh=options["fresh"])
        try:
            self._try(contestant, families, results, options)
        except KeyboardInterrupt:
            _tell(f"Stopped. What is done is kept in {results.file}; run it again to go on.")
            raise SystemExit(130) from None
        except InVain as error:
            raise CommandError(
                f"Stopped: {IN_VAIN} trials in a row came to no answer: {error}. Why is told by "
                "`manage.py try_model` with the same --model and --base-url, and with "
                "--api-key-variable OPENAI_API_KEY where there is a key. What is done is kept in "
                f"{results.file}; run it again to go on, first with what is not tried yet."
            ) from None
        except WorkerLost:
            raise CommandError("A process of it has died. Run it again to go on.") from None
        except cases.CaseError as error:
            raise CommandError(str(error)) from None
        chosen = [case for family in families for case in family.cases]
        made = results.of(chosen)
        scores = report(contestant.model, options["k"], families, made)
        self.stdout.write(table.drawn(scores))
        _write(options["json"], json.dumps(scores, indent=2) + "\n")
        _write(options["html"], page.drawn(scores, families, made) if options["html"] else "")
        if errors := [trial["error"] for trial in failed_to_answer(made)]:
            raise CommandError(
                f"Trials without an answer to judge: {_counted(errors)}. Run it again to try these "
                "alone."
            )

    def _try(
        self,
        contestant: Contestant,
        families: list[cases.Family],
        results: Results,
        options: dict[str, Any],
    ) -> None:
        """Make and keep the trials that are missing."""
        chosen = [case for family in families for case in family.cases]
        jobs = results.missing(chosen, options["k"])
        if known := len(chosen) * options["k"] - len(jobs):
            _tell(f"{known} trials are in {results.file} already; --fresh forgets them.")
        if not jobs:
            return
        processes = min(options["parallel"], len(jobs))
        in_vain: list[str] = []
        with closing(trials(contestant, options["cases"], jobs, processes)) as made:
            for trial in shown(made, len(jobs), sys.stderr):
                results.add(trial)
                in_vain = [*in_vain, trial["error"]] if trial["error"] else []
                if len(in_vain) == IN_VAIN < len(jobs):
                    raise InVain(in_vain)


def _tell(sentence: str) -> None:
    """Beside the table, which alone goes to stdout."""
    sys.stderr.write(f"{sentence}\n")


def _counted(errors: list[str]) -> str:
    return ", ".join(f"{code} {times}" for code, times in Counter(errors).most_common())


def _within(options: dict[str, Any], name: str, most: int) -> None:
    if not 1 <= options[name] <= most:
        raise CommandError(f"--{name} is {options[name]}. Give 1 to {most}.")


def _contestant(model: str, base_url: str) -> Contestant:
    if not base_url and model != BUILT_IN:
        raise CommandError(f"Where is {model}? Give its --base-url.")
    if base_url and model == BUILT_IN:
        raise CommandError("Give the --model to ask for there.")
    if base_url and urlsplit(base_url).scheme not in ("http", "https"):
        raise CommandError(
            f"--base-url is {base_url}. Give one that begins with https:// or http://."
        )
    return Contestant(model, base_url)


def _families(folder: Path, name: str | None) -> list[cases.Family]:
    try:
        families = cases.families(folder)
    except cases.CaseError as error:
        raise CommandError(str(error)) from None
    if name is None:
        return families
    plain = name.lower().replace(" ", "-").replace("_", "-")
    chosen = [family for family in families if family.name == plain]
    if not chosen:
        names = ", ".join(family.name for family in families)
        raise CommandError(f"There is no family {name}. There are: {names}.")
    return chosen


def _results(file: Path | None, contestant: Contestant, *, fresh: bool) -> Results:
    file = file or file_of(contestant, settings.DATA_DIR / "evaluation")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            file.unlink(missing_ok=True)
        return Results(file)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None


def _write(file: Path | None, text: str) -> None:
    if file is None:
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
