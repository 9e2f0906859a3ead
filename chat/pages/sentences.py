"""What the tools did that are for no single task, in words: one for each, of its call."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.pages.days import due_words
from conversations.models.shown import AnyCall

PLAN = "plan"


def _lists(call: AnyCall, _today: date) -> str:
    lists, tags = len(call.result["lists"]), len(call.result["tags"])
    told = [
        ngettext("%(n)d list", "%(n)d lists", lists) % {"n": lists},
        ngettext("%(n)d tag", "%(n)d tags", tags) % {"n": tags},
    ]
    return _("Looked at the lists: %(found)s") % {"found": ", ".join(told)}


def _edited_list(call: AnyCall, _today: date) -> str:
    asked, result = call.arguments, call.result
    names = {"old": asked["list"], "new": result.get("list")}
    if "tag" in result:
        return _edited_tag(asked["list"], result)
    if "deleted_list" in result:
        return _("Deleted list: %(old)s") % {"old": result["deleted_list"]}
    if "merged" in result:
        names["old"] = result["merged"]
        return _("Moved the tasks of %(old)s into %(new)s") % names
    sentences = {
        "create": _("Created list: %(new)s"),
        "rename": _("Renamed list: %(old)s → %(new)s"),
    }
    return sentences[asked["do"]] % names


def _edited_tag(old: str, result: dict[str, Any]) -> str:
    number = int(result["tasks"])
    tasks = ngettext("%(n)d task", "%(n)d tasks", number) % {"n": number}
    if result["tag"] is None:
        return _("Removed tag: %(old)s · %(tasks)s") % {"old": old, "tasks": tasks}
    names = {"old": old, "new": f"#{result['tag']}", "tasks": tasks}
    return _("Renamed tag: %(old)s → %(new)s · %(tasks)s") % names


def _remembered(call: AnyCall, _today: date) -> str:
    if "forgotten" in call.result:
        gone = ", ".join(each["words"] for each in call.result["forgotten"])
        return _("Forgotten: %(words)s") % {"words": gone}
    return _("Remembered: %(words)s") % {"words": call.result["kept"]["words"]}


def _planned(call: AnyCall, today: date) -> str:
    result = call.result
    if "week" in result:
        numbers = {name: result[name]["total"] for name in ("done", "overdue")}
        return _("Looked at the week: %(done)d done, %(overdue)d overdue") % numbers
    number = int(result["total"])
    tasks = ngettext("%(n)d task", "%(n)d tasks", number) % {"n": number}
    if "day" not in result:
        return _("Looked for what to do now: %(tasks)s") % {"tasks": tasks}
    day = parse_date(result["day"])
    when = due_words(day, None, today) if day else result["day"]
    line = _("Planned %(day)s: %(tasks)s") % {"day": when, "tasks": tasks}
    return f"{line} · {_('asks before it moves any')}" if "proposal" in result else line


SENTENCES: dict[str, Callable[[AnyCall, date], str]] = {
    "list_lists": _lists,
    "edit_list": _edited_list,
    "remember": _remembered,
    PLAN: _planned,
}
