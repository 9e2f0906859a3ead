"""What is said of a list or a move just told of: "add cake to it", "move it back"."""

from agent.offline.intents import Undo
from agent.offline.known import Known, tasks_of
from agent.offline.words import any_of

LIST = r"(?:it|there|that list|this list|the list|the new list|that one)"
INTO_IT = any_of(
    rf"(?:(?:and|also|then) )?"
    r"(?P<what>(?:add|put|write|stick|throw|insert|enter|place)\b.{1,600}?)"
    rf" (?:(?:to|in|into|on|onto) {LIST}|in there|there)(?: too| as well| also)?"
)
SHOW_IT = any_of(
    rf"(?:what(?:'s| is)|show(?: me)?(?: what(?:'s| is))?) (?:(?:now )?(?:in|on) )?{LIST}(?: now)?"
)
RENAME_IT = any_of(rf"(?:rename|call) {LIST} (?:to |into |as )?(?P<to>\S.{{0,99}})")
DELETE_IT = any_of(rf"(?P<verb>delete|remove|drop|get rid of) {LIST}(?: again)?")
MOVE_BACK = any_of(
    r"(?:(?:no|oops|sorry|wait|actually|please),? ){0,3}(?:move|put|take|bring|send)"
    r" (?:it|that|this|them|those|these|both|all of them) back"
    r"(?: (?:again|please|(?:to )?where (?:it|they) (?:was|were|came from)"
    r"|to (?:its|their|the) (?:old|previous|last|former) list))?"
)


def with_list_named(text: str, known: Known) -> str:
    """``text`` with the name of the list in the place of "it", if that was just told of."""
    name, is_made = _list_told_of(known)
    if not name:
        return text
    place = f'my "{name}" list'
    if match := INTO_IT.fullmatch(text):
        return f"{match['what']} to {place}"
    if SHOW_IT.fullmatch(text):
        return f"show {place}"
    if is_made and (match := RENAME_IT.fullmatch(text)):
        return f'rename the list "{name}" to {match["to"]}'
    if is_made and (match := DELETE_IT.fullmatch(text)):
        return f'delete the list "{name}"'
    return text


def read_move_back(text: str, known: Known) -> Undo | None:
    """Right after tasks went to another list, they are put back."""
    last = known.done[-1] if known.done else None
    if not last or not known.focus or not MOVE_BACK.fullmatch(text):
        return None
    items = last.arguments.get("tasks")
    items = items if isinstance(items, list) else [last.arguments]
    moved = all(isinstance(item, dict) and "list" in item for item in items)
    return Undo() if last.name == "update_task" and moved else None


def _list_told_of(known: Known) -> tuple[str, bool]:
    """The list that the last reply names and the last change was of, and whether it was made."""
    if not known.done or not known.replies:
        return "", False
    last, reply = known.done[-1], known.replies[-1]
    if last.name == "edit_list":
        name = last.result.get("list")
        is_told = isinstance(name, str) and f"“{name}”" in reply
        return (str(name), True) if is_told else ("", False)
    names = {task.in_list for task in tasks_of(last)} if last.name == "create_task" else set()
    name = names.pop() if len(names) == 1 else ""
    return (name, False) if name and name in reply else ("", False)
