"""What a reply asks, as an item of ChatKit, and what the person answers to it.

Asked is either for consent, once for each proposal, or which of several tasks is meant. Nothing of
it is kept beside the rows that there are: it waits while it is the last that was said.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import User
from chat import answering
from chat.doors.chatkit.items import ASK, Item, item, message_of
from chat.pages.chips import which_one
from chat.serializers import ContentSerializer
from conversations.asked import asked_in
from conversations.models import Conversation, Message
from todos.models import Proposal
from todos.models.proposal import Status

YES, NO = "Yes", "No"
WHICH = "which"
FORGET_IT = "Never mind."
DECIDED = {Status.APPROVED: [YES], Status.REJECTED: [NO]}

Answers = Mapping[str, list[str]]
"""By the id of a question; one that is passed over has none."""


def asks_of(messages: Sequence[Message], user: User) -> dict[UUID, Item]:
    """What each of them asks, by its id; they know what was said after them. At most a query."""
    asked = {each.pk: [*asked_in(each.calls)] for each in messages}
    keys = {key for keys in asked.values() for key in keys}
    found = Proposal.objects.for_user(user).filter(pk__in=keys) if keys else ()
    proposals = {str(proposal.pk): proposal for proposal in found}
    asks = {
        each.pk: _ask(each, [proposals[key] for key in asked[each.pk] if key in proposals])
        for each in messages
    }
    return {pk: ask for pk, ask in asks.items() if ask}


def _ask(reply: Message, proposals: Sequence[Proposal]) -> Item | None:
    last = reply.said_after is None
    if proposals:
        waits = last and any(each.shown_status == Status.OPEN for each in proposals)
        inputs = [_consent(each, waits=waits) for each in proposals]
    elif chips := which_one(reply):
        waits, options = last, [chip.says for chip in chips]
        said = [] if reply.said_after in (None, FORGET_IT) else [str(reply.said_after)]
        inputs = [_question(WHICH, _("Which one?"), options, said, waits=last)]
    else:
        return None
    status = "pending" if waits else _status(inputs)
    return item(reply, ASK, "structured_input", status=status, inputs=inputs)


def _consent(proposal: Proposal, *, waits: bool) -> Item:
    values = DECIDED.get(Status(proposal.status), [])
    still_open = waits and proposal.shown_status == Status.OPEN
    return _question(str(proposal.pk), proposal.summary, [YES, NO], values, waits=still_open)


def _question(
    id: str, question: str, options: list[str], values: list[str], *, waits: bool
) -> Item:
    told = {} if waits else {"answer": _answer(values)}
    return {
        "type": "multiple_choice",
        "id": id,
        "question": question,
        "options": [{"value": option} for option in options],
        "multiple": False,
        **told,
    }


def _answer(values: list[str]) -> dict[str, Any]:
    return {"values": values, "skipped": not values}


def hear(
    user: User, conversation: Conversation, asked: str, answers: Answers, *, again: bool
) -> tuple[str, Item]:
    """The message that says these answers to the item ``asked``, and the item with them.

    With ``again`` the message was sent before, so that nothing needs to be asked any more. Raises
    NotAsked where nothing waits for it, and ValidationError; then nothing is decided.
    """
    messages = conversation.messages.standing().with_turns().with_said_after()
    try:
        reply = get_object_or_404(messages, pk=message_of(asked))
    except Http404:
        raise answering.NotAsked from None
    ask = asks_of([reply], user).get(reply.pk)
    if not ask or ask["id"] != asked or not (again or ask["status"] == "pending"):
        raise answering.NotAsked
    questions = {each["id"]: each for each in ask["inputs"]}
    if not answers.keys() <= questions.keys():
        raise answering.NotAsked
    given = {
        id: answers.get(id) or ([] if id == WHICH else [NO])
        for id, question in questions.items()
        if again or "answer" not in question
    }
    text = _words(given)
    if not again and text in (answering.YES, answering.NO) and WHICH not in given:
        text = answering.words_for(user, conversation, _decided(given))
    return text, _with_answers(ask, given)


def _words(given: Answers) -> str:
    own = [value for values in given.values() for value in values if value not in (YES, NO)]
    if own and len(own) < len(given):
        raise ValidationError({"input": "Answer each with Yes or No, or all in words."})
    if own:
        form = ContentSerializer(data={"content": "\n".join(own)})
        form.is_valid(raise_exception=True)
        return str(form.validated_data["content"])
    if WHICH in given:
        return given[WHICH][0] if given[WHICH] else FORGET_IT
    return answering.YES if any(_decided(given).values()) else answering.NO


def _decided(given: Answers) -> dict[str, bool]:
    return {id: values == [YES] for id, values in given.items()}


def _with_answers(ask: Item, given: Answers) -> Item:
    """As the rows will tell it; there is no consent in other words than yes and no."""
    answered = deepcopy(ask)
    for question in answered["inputs"]:
        id = question["id"]
        if id in given:
            values = [value for value in given[id] if id == WHICH or value in (YES, NO)]
            question["answer"] = _answer(values)
    return answered | {"status": _status(answered["inputs"])}


def _status(inputs: Sequence[Item]) -> str:
    """Once nothing waits."""
    return "answered" if any(each["answer"]["values"] for each in inputs) else "skipped"
