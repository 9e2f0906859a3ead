"""What a client is told of the tools beside what every model is told: agent/tools has that."""

from dataclasses import dataclass

from chat.doors.mcp.faults import Json


@dataclass(frozen=True, slots=True)
class About:
    """``removes``: also more than it adds.

    No change is idempotent: a title that a call names may be that of another task the next time.
    """

    title: str
    removes: bool = False
    answers: Json | None = None

    def told(self, *, changes: bool) -> Json:
        hints = {"readOnlyHint": True}
        if changes:
            hints = {"readOnlyHint": False, "destructiveHint": self.removes}
        hints |= {"idempotentHint": not changes, "openWorldHint": False}
        schema = {"outputSchema": self.answers} if self.answers else {}
        return {"title": self.title, "annotations": {"title": self.title, **hints}} | schema


def _object(*required: str, **fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": list(required)}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer"}
FLAG: Json = {"type": "boolean"}
NAMED = _object("id", "title", id=TEXT, title=TEXT)
REMINDER = _object("words", words=TEXT, rings=TEXT, rang=TEXT, silent=TEXT, after=TEXT)
_TASK: dict[str, Json] = {
    "id": TEXT,
    "title": TEXT,
    "notes": TEXT,
    "notes_cut": TEXT,
    "due_date": TEXT,
    "due_time": TEXT,
    "priority": TEXT,
    "repeats": TEXT,
    "duration_minutes": NUMBER,
    "list": TEXT,
    "tags": _list(TEXT),
    "parent": NAMED,
    "reminders": _list(REMINDER),
    "completed": FLAG,
    "completed_at": TEXT,
    "created_at": TEXT,
    "deleted": FLAG,
    "foreign": FLAG,
    "note": TEXT,
}
TASK = _object("id", "title", **_TASK, next=_object("id", "title", **_TASK))
"""``next`` of one that repeats and is done."""
FAILURE = _object("error", error=TEXT, item=NUMBER, task_id=TEXT, title=TEXT)
COUNTED = _object("name", "open", name=TEXT, open=NUMBER, foreign=FLAG)
BESIDE: dict[str, Json] = {"rings_on": _list(TEXT), "hint": TEXT, "note": TEXT}
"""Where a task among the answers rings, and how words were taken."""
CHANGED = _object("tasks", "failures", tasks=_list(TASK), failures=_list(FAILURE), **BESIDE)
DELETED = _object("deleted", "failures", deleted=_list(TASK), failures=_list(FAILURE))
UNDONE = _object(
    "undone",
    "source",
    undone=_list(_object("kind", kind=TEXT, task=TASK, list=TEXT, foreign=FLAG)),
    source=TEXT,
    left=NUMBER,
)
LISTED = _object("tasks", "total", tasks=_list(TASK), total=NUMBER, next_offset=NUMBER, **BESIDE)
LISTS = _object("lists", "inbox", "tags", lists=_list(COUNTED), inbox=NUMBER, tags=_list(COUNTED))

ABOUT = {
    "create_task": About("Add tasks", answers=CHANGED),
    "list_tasks": About("Look up tasks", answers=LISTED),
    "read_task": About("Read a task", answers=_object("task", task=TASK, **BESIDE)),
    "update_task": About("Change tasks", removes=True, answers=CHANGED),
    "complete_task": About("Mark tasks as done", answers=CHANGED),
    "reopen_task": About("Mark tasks as not done", answers=CHANGED),
    "delete_task": About("Delete tasks", removes=True, answers=DELETED),
    "restore_task": About("Bring deleted tasks back", answers=CHANGED),
    "list_lists": About("Look up lists and tags", answers=LISTS),
    "edit_list": About("Change a list or a tag", removes=True),
    "undo_last": About("Undo the latest change", removes=True, answers=UNDONE),
    "plan": About("Plan an hour, a day or a week"),
}
"""Those of agent/tools that are offered. Not `remember`: it keeps what a person has said."""

PROPOSAL = _object(
    "id",
    "summary",
    "confirm_at",
    id=TEXT,
    summary=TEXT,
    tasks=NUMBER,
    foreign=FLAG,
    confirm_at=TEXT,
)
REPLY = _object(
    "conversation_id",
    "reply",
    "status",
    "tool_calls",
    "tasks_changed",
    conversation_id=TEXT,
    reply=TEXT,
    status=TEXT,
    tool_calls=_list(_object("name", "status", name=TEXT, status=TEXT, arguments={}, error=TEXT)),
    tasks_changed=_list(_object("id", "title", "kinds", id=TEXT, title=TEXT, kinds=_list(TEXT))),
    proposals=_list(PROPOSAL),
    warning=TEXT,
)
ASK_ASSISTANT: Json = {
    "name": "ask_assistant",
    "description": "Say something to the todo assistant of the person, in plain language. It keeps "
    "what was said: to go on, give the conversation_id of its answer as conversation.",
    "inputSchema": _object("message", message=TEXT, conversation=TEXT),
} | About("Ask the assistant", removes=True, answers=REPLY).told(changes=True)
