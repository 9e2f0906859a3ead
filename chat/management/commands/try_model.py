import json
import logging
import os
from contextlib import ExitStack, closing
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agent.choice import first_byte_deadline, listed, name_of, remote_llm
from agent.endpoints import Endpoint, FaultyEndpoints, read
from agent.trying.trial import Finding, Trial
from agent.trying.witness import asked_by_the_package

LIMITS = {"deadline": 600.0, "first_byte": 600.0, "silence": 300.0, "context_tokens": 0}
"""More than a turn has: how slow a model is, and how much it can read, shall be seen."""

VARIABLES = {
    "context_tokens": "AGENT_CONTEXT_TOKENS",
    "max_tokens": "AGENT_MAX_TOKENS",
    "first_byte": "AGENT_FIRST_BYTE_DEADLINE",
}


class Command(BaseCommand):
    help = (
        "Asks the models of the settings, or another one, what a turn asks of a model, and says in "
        "words what works and what does not: some ten questions each, and a few long prompts. No "
        "task is touched. Ends with 1 where one of them cannot do the work."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", help="another endpoint than those of the settings")
        parser.add_argument("--model", help="its model")
        parser.add_argument(
            "--api-key-variable", metavar="NAME", help="the environment variable with its key"
        )
        parser.add_argument(
            "--longest", type=int, default=32_768, help="tokens of the longest prompt (%(default)s)"
        )
        parser.add_argument("--json", action="store_true", help="print JSON, once all is tried")

    def handle(self, *args: Any, **options: Any) -> None:
        self.quiet = options["json"]
        logger = logging.getLogger("agent")
        logger.propagate = False  # what it logs is told as a finding
        try:
            self._try_all(options)
        finally:
            logger.propagate = True

    def _try_all(self, options: dict[str, Any]) -> None:
        endpoints = _endpoints(**options)
        told = []
        for place, endpoint in enumerate(endpoints, 1):
            name = name_of(endpoint, place)
            self._say(f"{name}: each answer is waited for up to {LIMITS['first_byte']:.0f} s")
            found = self._try(endpoint, options["longest"], is_one_of_many=len(endpoints) > 1)
            told.append({"name": name, **found})
        if self.quiet:
            self.stdout.write(json.dumps(told, indent=2))
        if broken := [each["name"] for each in told if not each["works"]]:
            names = " and ".join(broken)
            raise CommandError(f"Not fit for the work of the assistant: {names}.", returncode=1)

    def _try(self, endpoint: Endpoint, longest: int, *, is_one_of_many: bool) -> dict[str, Any]:
        first_byte = endpoint.first_byte or first_byte_deadline(endpoint.base_url)
        findings = []
        with ExitStack() as running:
            trial = Trial(
                lambda **limits: running.enter_context(
                    closing(remote_llm(endpoint, **(LIMITS | limits)))
                ),
                longest=longest,
                first_byte=first_byte,
                witness=lambda: asked_by_the_package(endpoint),
            )
            for finding in trial.findings():
                self._say(f"  {_mark(finding):5}  {finding.says}")
                findings.append(finding)
        if trial.settings:
            self._say(f"  Set: {_advice(trial.settings, is_one_of_many)}")
        return {
            "model": endpoint.model,
            "works": not any(finding.is_fault for finding in findings),
            "findings": [{"kind": _mark(each), "says": each.says} for each in findings],
            "settings": trial.settings,
        }

    def _say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)
            self.stdout.flush()


def _endpoints(**options: Any) -> list[Endpoint]:
    variable = options["api_key_variable"]
    if variable and variable not in os.environ:
        raise CommandError(f"There is no environment variable {variable}.")
    if bool(options["base_url"]) != bool(options["model"]):
        raise CommandError("--base-url and --model go together.")
    if options["base_url"]:
        key = os.environ[variable] if variable else ""
        entry = {"base_url": options["base_url"], "model": options["model"], "api_key": key}
        try:
            entries = read(json.dumps([entry]))
        except FaultyEndpoints as error:
            raise CommandError(str(error)) from None
    else:
        entries = listed()
    endpoints = [entry for entry in entries if isinstance(entry, Endpoint)]
    if not endpoints:
        raise CommandError(
            "No model is set up: the built-in assistant answers, and needs no trial."
        )
    return endpoints


def _mark(finding: Finding) -> str:
    return "FAULT" if finding.is_fault else "note" if finding.is_note else "ok"


def _advice(settings: dict[str, int], is_one_of_many: bool) -> str:
    if is_one_of_many:
        return f"{json.dumps(settings)[1:-1]} in its entry of AGENT_MODELS"
    return " ".join(f"{VARIABLES[name]}={value}" for name, value in settings.items())
