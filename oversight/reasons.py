"""Why a turn ended as it did, in a sentence, and what whoever runs it can do."""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.chain import ANOTHER_ANSWERED, BUILT_IN_ANSWERED
from agent.llm import LLMFiltered, LLMNoModel, LLMNoQuota, LLMTooLong
from agent.remote.terms import NO_TOOLS, STOOD_IN
from agent.runner import COMMAND_IN_WORDS, NOT_ALL_DONE, NOT_ALL_STEPS
from chat.unfounded import NOT_IN_THE_PLAN, NOTHING_DONE, NOTHING_RINGS
from chat.work import NO_HISTORY
from conversations.models import Turn


@dataclass(frozen=True)
class Reason:
    what: str
    to_do: str


CODES = {
    "llm_unavailable": Reason(
        "The model's server could not be reached, was overloaded, or asked for patience.",
        "If it goes on, look at the provider's status page and at the network of this machine; a "
        "second model in AGENT_MODELS, or AGENT_FALLBACK=1, answers meanwhile.",
    ),
    "llm_misconfigured": Reason(
        "The model's server did not take the request: a wrong key, address or model.",
        "Run manage.py try_model, which names the setting; it will not pass by itself.",
    ),
    "llm_timeout": Reason(
        "The model took longer than it may.",
        "See whether it is slow for all (Activity); AGENT_TURN_DEADLINE and AGENT_CALL_DEADLINE "
        "tell how long it may take, and first_byte in AGENT_MODELS when the next one is asked.",
    ),
    "llm_bad_response": Reason(
        "What the model's server sent could not be read as an answer.",
        "If it goes on, run manage.py try_model: it tells what this server does otherwise.",
    ),
    "database_unavailable": Reason(
        "The database could not be reached for a moment, or its connections were all taken.",
        "Look at /health/ready/, at the log of PostgreSQL, and at DB_POOL_MAX.",
    ),
    "internal_error": Reason(
        "A fault of the product.",
        "The log has the traceback, under the request id of this turn; report it.",
    ),
    "interrupted": Reason(
        "The process that worked on it died: killed, out of memory, or its machine went away.",
        "Nothing that was done is lost, and another process finishes it if nothing was said since. "
        "Where there are many, look at the log of the machine for processes that were killed.",
    ),
}
"""By the error code of the turn."""

DETAILS = {
    LLMNoQuota.detail: Reason(
        "The account with the provider of the model is used up.",
        "Pay, or raise its limit, at the provider; it will not pass by itself.",
    ),
    LLMNoModel.detail: Reason(
        "The provider has no model of this name.",
        "Mend AGENT_MODEL or AGENT_MODELS: manage.py try_model shows whether it is right.",
    ),
    LLMTooLong.detail: Reason(
        "The message, or what was done for it, is longer than the model can read at once.",
        "Nothing, if it is rare; else a model with a longer context, or AGENT_CONTEXT_TOKENS.",
    ),
    LLMFiltered.detail: Reason(
        "The provider refuses the wording of the message.",
        "Nothing: the person was told. Another provider may have other rules.",
    ),
}
"""More exact than the code: by the sentence that the person has read."""

WARNINGS = {
    BUILT_IN_ANSWERED: Reason(
        "The model failed, and the built-in assistant answered in its place.",
        "The log (agent.chain) says why it failed.",
    ),
    ANOTHER_ANSWERED: Reason(
        "The first model failed, and a later one of AGENT_MODELS answered.",
        "The log (agent.chain) says why it failed.",
    ),
    STOOD_IN: Reason(
        "The model takes no tools, so the built-in assistant answered what it understands.",
        "Take a model that can use tools: manage.py try_model.",
    ),
    NO_TOOLS: Reason(
        "The model takes no tools: it was asked without them, and could do nothing.",
        "Take a model that can use tools: manage.py try_model.",
    ),
    NO_HISTORY: Reason(
        "The earlier messages could not be read, so the model saw this one alone.",
        "The database failed at that moment, or a row holds what its column cannot: see the log.",
    ),
    NOTHING_DONE: Reason(
        "The reply claims a change that no tool made.",
        "Nothing, if it is rare; else the model is too small: manage.py evaluate compares models.",
    ),
    NOTHING_RINGS: Reason(
        "The reply promises a reminder that is not set.",
        "Nothing, if it is rare; else the model is too small: manage.py evaluate compares models.",
    ),
    NOT_IN_THE_PLAN: Reason(
        "The reply names something that the plan it tells of does not have.",
        "Nothing, if it is rare; else the model is too small: manage.py evaluate compares models.",
    ),
    COMMAND_IN_WORDS: Reason(
        "The model wrote a call of a tool as text, in a form that could not be read as one.",
        "Often the options of its server are wrong: manage.py try_model tells.",
    ),
    NOT_ALL_DONE: Reason(
        "The model asked for more tool calls than one message may make.",
        "Nothing, if it is rare; AGENT_MAX_TOOL_CALLS is the limit.",
    ),
    NOT_ALL_STEPS: Reason(
        "The model took all the steps that one message may take, and was stopped.",
        "Nothing, if it is rare; AGENT_MAX_STEPS is the limit, AGENT_TURN_DEADLINE that of time.",
    ),
}
"""By the warning that stands beside the reply."""

FINISHES = {
    "stop": Reason("The model said all that it wanted to say.", ""),
    "tool_calls": Reason("The last that the model asked for was a tool.", ""),
    "length": Reason(
        "The reply was cut: it came to AGENT_MAX_TOKENS, the model's context, or "
        "AGENT_MAX_REPLY_CHARS.",
        "Raise the one that is too small.",
    ),
    "content_filter": Reason(
        "The provider refused the wording, of the message or of the reply.",
        "Nothing: the person was told, and the message is left out from here on.",
    ),
}
"""By the reason that the model's server gave for its end; others are the server's own words."""

STATUSES = {
    "in_progress": Reason("It is at work, or its process has died: see Is anything stuck?", ""),
    "completed": Reason("It came to its end.", ""),
    "cancelled": Reason(
        "The person stopped it, deleted the conversation, or was deactivated; or its key was.", ""
    ),
}

UNKNOWN = Reason("This version of the product knows no such code.", "See the log of that time.")
OWN_WORDS = Reason("That is the word of the model's server for why it ended.", "")


def of_code(code: str) -> Reason:
    return CODES.get(code, UNKNOWN)


@dataclass(frozen=True)
class Told:
    """One thing that is known of how a turn ended; ``name`` tells what."""

    name: str
    what: str
    to_do: str = ""


def why(turn: Turn) -> list[Told]:
    """How it ended and why, as far as its row tells."""
    return [*_of_status(turn), *_of_failure(turn), *_of_reply(turn), *_of_attempts(turn)]


def _of_status(turn: Turn) -> Iterator[Told]:
    error = turn.error
    if error is None:
        reason = STATUSES.get(turn.shown_status, UNKNOWN)
        yield Told(turn.shown_status, reason.what, reason.to_do)
    else:
        reason = DETAILS.get(error["detail"]) or of_code(error["code"])
        yield Told(error["code"], reason.what, reason.to_do)


def _of_failure(turn: Turn) -> Iterator[Told]:
    if turn.failure:
        yield Told("The model's server", f"{turn.failure}.")


def _of_reply(turn: Turn) -> Iterator[Told]:
    if turn.warning:
        reason = WARNINGS.get(turn.warning, UNKNOWN)
        yield Told("Warning", reason.what, reason.to_do)
    if turn.finish_reason:
        reason = FINISHES.get(turn.finish_reason, OWN_WORDS)
        yield Told(turn.finish_reason, reason.what, reason.to_do)


def _of_attempts(turn: Turn) -> Iterator[Told]:
    """Of earlier ones the row has the calls that they made, and no more."""
    told = f"It is attempt {turn.attempt} of at most {turn.MAX_ATTEMPTS}."
    if turn.can_be_retried:
        told += " It can be tried again."
    if turn.attempt > 1:
        told += " How earlier ones ended is in the log, under the id of this turn."
    if turn.withdrawn_at:
        told += " It was taken back since."
    yield Told("Attempts", told)
