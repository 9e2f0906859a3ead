"""A call of a model's server that brought no answer: why, and what becomes of it."""

from typing import Any

from agent.llm import (
    LLMBadResponse,
    LLMError,
    LLMFiltered,
    LLMMisconfigured,
    LLMNoModel,
    LLMNoQuota,
    LLMTooLong,
    LLMUnavailable,
)
from agent.remote import refusals
from agent.remote.refusals import Reason, Refusal

TRY_AGAIN = frozenset({408, 409, 425, 429})
"""Statuses below 500 with which a server asks for another try."""

MEANT: dict[Reason, type[LLMError]] = {
    Reason.QUOTA: LLMNoQuota,
    Reason.TOO_LONG: LLMTooLong,
    Reason.FILTERED: LLMFiltered,
    Reason.NO_MODEL: LLMNoModel,
}


class CallError(Exception):
    """A call brought no answer.

    ``error`` is what the caller of the model gets to see, ``reason`` is for the log: fixed words,
    a status code or the name of a class, never a word of the server's. ``status`` is that of its
    answer, or what stands there for it; 0: none. ``retry_after`` in seconds.
    ``refusal`` is why the server does not take the request, if that is what happened.
    """

    def __init__(
        self,
        error: type[LLMError],
        reason: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.refusal = refusal

    @property
    def may_pass(self) -> bool:
        """Whether the same request may be answered a moment later."""
        return self.refusal is None and self.error in (LLMUnavailable, LLMBadResponse)


def of_response(status: int, content: bytes, retry_after: float | None) -> CallError:
    """For an answer with the status of an error, of whose body ``content`` is the beginning."""
    where = f"HTTP {status}"
    if retry_after is None:
        retry_after = refusals.delay(content)
    return _of(status, content, where, LLMMisconfigured, retry_after)


def in_answer(error: Any) -> CallError:
    """For the error that stands in an answer whose status told of none."""
    code = str(error.get("code") or error.get("status")) if isinstance(error, dict) else ""
    status = int(code) if code.isdecimal() and len(code) == 3 else 0
    where = f"error {status} in the answer" if status else "error in the answer"
    otherwise = LLMUnavailable if refusals.tells_of_trouble(error) else LLMBadResponse
    return _of(status, error, where, otherwise, refusals.delay(error))


def _of(
    status: int, told: Any, where: str, otherwise: type[LLMError], retry_after: float | None
) -> CallError:
    refusal = refusals.read(told, status)
    if refusal:
        error = MEANT.get(refusal.reason, otherwise)
        return CallError(error, f"{where}: {refusal.reason}", status=status, refusal=refusal)
    passes = status >= 500 or status in TRY_AGAIN
    meant = LLMUnavailable if passes else otherwise
    return CallError(meant, where, status=status, retry_after=retry_after)
