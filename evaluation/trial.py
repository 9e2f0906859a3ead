"""One trial: a case from its rows to its last message, over the real way of a turn."""

from dataclasses import dataclass
from functools import partial
from time import perf_counter
from uuid import uuid4

import time_machine

from accounts.models import User
from agent.llm import LLM
from chat import turns
from conversations.models import Conversation, Turn
from evaluation.cases import Case, CaseError, Made, Message
from evaluation.earlier import Earlier, requests
from evaluation.verdict import Shelf, judge

ANSWER = 300
"""Characters of an answer that are kept."""


@dataclass(slots=True)
class Trial:
    """What came of it: all messages were answered rightly, or the first that was not, and why.

    ``answer`` begins as the last one did. ``error`` is a code where there was none to judge.
    ``seconds`` are the contestant's; tokens are None where nobody has counted them.
    """

    case: str
    digest: str
    number: int
    passed: bool = False
    wrong_write: bool = False
    why: str = ""
    answer: str = ""
    error: str = ""
    steps: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    seconds: float = 0.0

    def add(self, turn: Turn, seconds: float) -> None:
        """A turn: what was said last, and what it cost."""
        self.answer = turn.reply.content[:ANSWER]
        self.seconds = round(self.seconds + seconds, 3)
        self.steps += len({call.step for call in turn.calls}) + 1
        for cost in ("input_tokens", "output_tokens", "cached_tokens"):
            counted = getattr(turn, cost, None)
            if counted is not None:
                setattr(self, cost, (getattr(self, cost) or 0) + counted)


def take(case: Case, number: int, llm: LLM) -> Trial:
    """The clock of this process is that of the case meanwhile."""
    trial = Trial(case.name, case.digest, number)
    now = case.begins
    with time_machine.travel(now) as clock:
        user = User.objects.create(username=str(uuid4()), time_zone=case.zone)
        conversation = Conversation(user=user)
        for step in case.steps:
            if step.now != now:
                now = step.now
                clock.move_to(now)
            if isinstance(step, Made):
                step.row.make(user)
            elif step.earlier:
                _tell(case, step, conversation)
            elif not _try(trial, case, step, conversation, llm):
                return trial
    trial.passed = True
    return trial


def _tell(case: Case, message: Message, conversation: Conversation) -> None:
    """What was said earlier, and done about it, as the case has it. Raises CaseError."""
    before = Shelf.of(conversation.user)
    try:
        calls = requests(message.outcomes[0], before, exactly=case.exact)
    except ValueError as error:
        raise CaseError(f"{case.name}: {error} when “{message.text}” is said") from None
    turn = _answer(message.text, conversation, Earlier(calls, message.answer))
    verdict = judge(message, before, conversation.user, turn.reply.content, exactly=case.exact)
    if not verdict.passed:
        raise CaseError(f"{case.name}: after “{message.text}” it is not as told: {verdict.why}")


def _try(trial: Trial, case: Case, message: Message, conversation: Conversation, llm: LLM) -> bool:
    """Whether all is well so far."""
    before = Shelf.of(conversation.user)
    began = perf_counter()
    turn = _answer(message.text, conversation, llm)
    trial.add(turn, perf_counter() - began)
    trial.error = _error(turn)
    if trial.error:
        return False
    verdict = judge(message, before, conversation.user, turn.reply.content, exactly=case.exact)
    trial.wrong_write, trial.why = verdict.wrong_write, verdict.why
    return verdict.passed


def _answer(text: str, conversation: Conversation, llm: LLM) -> Turn:
    """One turn, settled."""
    turn = turns.open_turn(conversation, partial(conversation.begin_turn, text))
    for _event in turns.answer(turn, conversation.user, llm):
        pass
    conversation.refresh_from_db()
    return turn


def _error(turn: Turn) -> str:
    """Why there is nothing to judge; also where somebody else has answered."""
    if turn.status != Turn.Status.COMPLETED:
        return turn.error_code or turn.status
    return "degraded" if turn.degraded else ""
