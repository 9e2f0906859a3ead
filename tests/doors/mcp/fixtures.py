"""The tools and the prompt that the conformance suite asks for, beside ours."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.scopes import Need
from chat.doors.mcp import consent, eras, tools
from chat.doors.mcp.caller import Call, Caller
from chat.doors.mcp.envelope import Message
from chat.doors.mcp.faults import INVALID_PARAMS, MISSING_CAPABILITY, Fault, Json
from chat.doors.mcp.results import done
from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from todos.models import Proposal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

PREFIX = "test_input_required_result_"
CAPABILITIES = {
    "elicitation/create": "elicitation",
    "sampling/createMessage": "sampling",
    "roots/list": "roots",
}


def elicits(name: str, kind: str = "string") -> Json:
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    params = {"mode": "form", "message": f"What is your {name}?", "requestedSchema": schema}
    return {"method": "elicitation/create", "params": params}


SAMPLES: Json = {
    "method": "sampling/createMessage",
    "params": {
        "messages": [{"role": "user", "content": {"type": "text", "text": "The capital?"}}],
        "maxTokens": 100,
    },
}
ROOTS: Json = {"method": "roots/list", "params": {}}


@dataclass
class Asks:
    """Done once each round of questions is answered; a state is that of a proposal, as ours are."""

    name: str
    rounds: list[dict[str, Json]]
    keeps_state: bool = False
    by_capability: bool = False
    result: Json = field(default_factory=lambda: done({"said": "state-ok"}))
    need: Need = Need.READ

    @property
    def told(self) -> Json:
        return {"name": self.name, "description": "A fixture.", "inputSchema": {"type": "object"}}

    def call(self, call: Call) -> Json:
        if call.state is not None:
            with transaction.atomic():
                consent.asked_by(call)
        answered = [round for round in self.rounds if round.keys() <= call.responses.keys()]
        if not answered:
            return self.ask(call, self.rounds[0])
        if not all(isinstance(each, dict) for each in call.responses.values()):
            raise Fault(INVALID_PARAMS, "An answer is an object.")
        later = self.rounds[self.rounds.index(answered[-1]) + 1 :]
        return self.ask(call, later[0]) if later else self.result

    def ask(self, call: Call, questions: dict[str, Json]) -> Json:
        if self.by_capability:
            questions = {
                key: each
                for key, each in questions.items()
                if CAPABILITIES[each["method"]] in call.capabilities
            }
        state = {"requestState": new_state(call)} if self.keeps_state else {}
        return {"resultType": "input_required", "inputRequests": questions} | state


def new_state(call: Call) -> str:
    operation = {"do": "create", "tasks": [{"title": "What was asked"}]}
    with transaction.atomic():
        made = Proposal.make(call.caller.user, operation, call.caller.origin())
        return str(consent.bind(call, str(made.pk)).pk)


@dataclass
class Samples:
    """Needs what the client cannot do."""

    name: str = "test_missing_capability"
    need: Need = Need.READ

    @property
    def told(self) -> Json:
        return {"name": self.name, "description": "A fixture.", "inputSchema": {"type": "object"}}

    def call(self, call: Call) -> Json:
        required: Json = {"sampling": {}}
        raise Fault(MISSING_CAPABILITY, "This needs sampling.", requiredCapabilities=required)


ALL = {"user_name": elicits("name"), "greeting": SAMPLES, "client_roots": ROOTS}
CONFIRM = [{"confirm": elicits("ok", "boolean")}]
STEPS = [{"step1": elicits("name")}, {"step2": elicits("color")}]
FIXTURES: list[Any] = [
    Asks(f"{PREFIX}elicitation", [{"user_name": elicits("name")}]),
    Asks(f"{PREFIX}sampling", [{"capital_question": SAMPLES}]),
    Asks(f"{PREFIX}list_roots", [{"client_roots": ROOTS}]),
    Asks(f"{PREFIX}request_state", CONFIRM, keeps_state=True),
    Asks(f"{PREFIX}tampered_state", CONFIRM, keeps_state=True),
    Asks(f"{PREFIX}multiple_inputs", [ALL], keeps_state=True),
    Asks(f"{PREFIX}multi_round", STEPS, keeps_state=True),
    Asks(f"{PREFIX}capabilities", [ALL], by_capability=True),
    Asks("test_streaming_elicitation", [{"user_name": elicits("name")}]),
    Asks("test_logging_tool", [{}]),
    Samples(),
]
PROMPT = Asks(f"{PREFIX}prompt", [{"user_context": elicits("context")}], result={"messages": []})


def _list_prompts(message: Message, caller: Caller) -> Json:
    return eras.private({"prompts": [{"name": PROMPT.name}]})


def _get_prompt(message: Message, caller: Caller) -> Json:
    responses = message.params.get("inputResponses", {})
    return PROMPT.call(Call(caller, PROMPT.name, {}, responses=responses))


tools.by_name().update({each.name: each for each in FIXTURES})
eras.CAPABILITIES["prompts"] = {}
eras.METHODS.update({"prompts/list": _list_prompts, "prompts/get": _get_prompt})
