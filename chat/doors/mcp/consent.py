"""What takes the person's yes: asked through the client, or with an address where they decide.

The state that a client brings back is the id of a proposal and nothing else. Who asked, and for
what, is kept with the proposal, so it is worth nothing to anybody else, nor for another call.
"""

import json
from contextlib import suppress
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from chat.consent import told
from chat.deciding import decide
from chat.doors.mcp.caller import Call
from chat.doors.mcp.faults import INVALID_PARAMS, Fault, Json
from chat.doors.mcp.results import done, failed
from todos.models import Proposal, wait_in_line

QUESTION = "confirm"
YES_OR_NO: Json = {
    "type": "object",
    "properties": {QUESTION: {"type": "boolean", "title": "Do it"}},
    "required": [QUESTION],
}
NOT_OPEN = "There is no such question to answer, so nothing was done. Call again without a state."
NO_ANSWER = "inputResponses: give an action (accept, decline or cancel), and confirm with accept."
LEFT = "Nothing was done: the person said no."
WAITS = "Nothing is done yet: the person has not decided. They can do so at {}."
ASK_THEM = "{}. Nothing is done yet: the person must say yes to it themselves, at {}."


def bind(call: Call, id: str) -> Proposal:
    """The proposal is from now on that of this call alone."""
    proposal = Proposal.objects.for_user(call.caller.user).get(pk=id)
    proposal.bound_to = _hash_of(call)
    proposal.save(update_fields=["bound_to"])
    return proposal


def ask(call: Call, first: Proposal, *others: Proposal) -> Json:
    """One question for all of them."""
    if call.can_ask:
        words = "; ".join(each.summary for each in (first, *others))
        return {
            "resultType": "input_required",
            "requestState": str(first.pk),
            "inputRequests": {QUESTION: _elicitation(words)},
        }
    page = call.caller.page()
    told = {"proposal": waiting(first, page)}
    return failed(ASK_THEM.format(first.summary, page), told)


def later(call: Call, proposal: Proposal) -> Json:
    """They have put it off: it stays open."""
    page = call.caller.page()
    return failed(WAITS.format(page), {"proposal": waiting(proposal, page)})


def waiting(proposal: Proposal, page: str) -> Json:
    """As a client is told of one that is open."""
    return told(proposal) | {"confirm_at": page}


def answered(call: Call) -> Json:
    """Of a call that comes again with the answer. Raises Fault."""
    origin = call.caller.origin()
    with transaction.atomic():
        proposal, said = asked_by(call), answer_in(call.responses)
        if said in ("", "later"):
            return ask(call, proposal) if said == "" else later(call, proposal)
        decided = decide(call.caller.user, str(proposal.pk), said, origin)
        result = decided[2] if decided else {}
        if "proposal" in result:  # its tasks have moved on
            return ask(call, bind(call, result["proposal"]["id"]))
    if said == "no" or "untouched" in result:
        return failed(LEFT if said == "no" else result["note"])
    return done({name: value for name, value in result.items() if name != "answers"})


def asked_by(call: Call) -> Proposal:
    """The open one that was asked about in answer to this very call.

    It is kept from others until the transaction ends. Raises Fault, one for all that is wrong.
    """
    with suppress(TypeError, ValueError, AttributeError, Proposal.DoesNotExist):
        wait_in_line(call.caller.user.pk)
        mine = Proposal.objects.for_user(call.caller.user).with_status("open")
        proposal = mine.get(pk=UUID(call.state), bound_to=_hash_of(call))  # type: ignore[arg-type]
        if str(proposal.pk) == call.state:  # to the letter
            return proposal
    raise Fault(INVALID_PARAMS, NOT_OPEN)


def answer_in(responses: Json) -> str:
    """``yes``, ``no`` or ``later``; empty where there is none. Raises Fault."""
    response = responses.get(QUESTION)
    if response is None:
        return ""
    if not isinstance(response, dict) or response.get("action") not in SAID:
        raise Fault(INVALID_PARAMS, NO_ANSWER)
    if response["action"] != "accept":
        return SAID[response["action"]]
    content = response.get("content")
    confirmed = content.get(QUESTION) if isinstance(content, dict) else None
    if not isinstance(confirmed, bool):
        raise Fault(INVALID_PARAMS, NO_ANSWER)
    return "yes" if confirmed else "no"


SAID = {"accept": "yes", "decline": "no", "cancel": "later"}


def _elicitation(summary: str) -> Json:
    params = {"mode": "form", "message": f"{summary}?", "requestedSchema": YES_OR_NO}
    return {"method": "elicitation/create", "params": params}


def _hash_of(call: Call) -> str:
    """Of the one who asks and of what they ask for."""
    key = str(call.caller.key.pk) if call.caller.key else ""
    asked = json.dumps([key, call.name, call.arguments], sort_keys=True)
    return sha256(asked.encode()).hexdigest()
