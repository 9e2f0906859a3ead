"""A reply that asks before it does something."""

from chat.consent import question
from conversations.models import Conversation, Turn
from tests.factories import LEASE, TaskFactory, record_call
from todos.models import Origin, Proposal


def ask(conversation: Conversation, *titles: str) -> Proposal:
    """A reply that asks whether to delete tasks, made for it."""
    tasks = [TaskFactory(user=conversation.user, title=title) for title in titles]
    turn = conversation.begin_turn("Delete them", LEASE)
    operation = {"do": "delete", "tasks": [str(task.pk) for task in tasks]}
    proposal = Proposal.make(conversation.user, operation, Origin("chat", None, conversation.pk))
    told = {"id": str(proposal.pk), "summary": proposal.summary, "tasks": len(tasks)}
    for _ in range(2):  # a second call adds to what the first one asks
        record_call(turn, name="delete_task", result={"proposal": told, "note": "…"})
    turn.finish(Turn.Status.COMPLETED, f"There are many.\n\n{question(turn.calls)}")
    conversation.refresh_from_db()
    return proposal
