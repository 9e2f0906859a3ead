"""The plans that keep what the user tells about themselves, forget it, and tell it back."""

from agent.offline.dates import Habits
from agent.offline.intents import Forget, Keep
from agent.offline.known import Reply
from agent.offline.planning import wording
from agent.offline.steps import Plan, Request
from agent.preferences import in_words, pairs_of
from agent.quiet import END_QUIET, QUIET

UNDONE_BY = "Say “forget that”, or remove it in Settings, if it is not so."
NOTHING_TOLD = (
    "You have told me nothing about yourself. You can say, for example, “mornings are 7” or "
    "“my week starts on Sunday”."
)


def keep(intent: Keep) -> Plan[Reply]:
    [call] = yield [Request("remember", {"said": intent.words})]
    kept = call.result.get("kept")
    if call.error or not isinstance(kept, dict):
        return Reply(f"I did not keep that: {call.error}", keeps_focus=True)
    undone_by = END_QUIET if kept["key"] == QUIET and kept["value"] else UNDONE_BY
    undone_by = undone_by if kept["value"] else ""
    words = f"Noted: {in_words(kept['key'], kept['value'])}."
    return Reply(wording.sentences(words, undone_by), keeps_focus=True)


def forget(intent: Forget) -> Plan[Reply]:
    [call] = yield [Request("remember", {"said": intent.words})]
    gone = call.result.get("forgotten")
    if call.error or not isinstance(gone, list):
        return Reply(f"I forgot nothing: {call.error}", keeps_focus=True)
    told = wording.joined(wording.quoted(each["words"]) for each in gone)
    return Reply(f"Forgotten: {told}.", keeps_focus=True)


def recall(habits: Habits) -> Reply:
    if not habits.lines:
        return Reply(NOTHING_TOLD, keeps_focus=True)
    told = "\n".join(f"– {in_words(key, value)}" for key, value in pairs_of(habits.lines))
    return Reply(f"You have told me:\n{told}\nSettings shows it, too.", keeps_focus=True)
