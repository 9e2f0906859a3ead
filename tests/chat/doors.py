"""Random acts on tasks and lists, each through a random door: REST, a batch, a proposal, the chat,
the page, the admin; undoing, and undoing that, is one of them. Each may be refused, and then has
done nothing; none may crash.
"""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Turn
from tests.conftest import Plays
from tests.factories import UserFactory
from tests.fakes import call
from todos.models import Task, TaskChange, TaskList

Answer = Any
DAYS = ["2026-11-30", "2026-12-03", "2026-12-31"]
RULES = [None, {"words": "every day"}, {"every": "week", "on": ["mon"], "times": 3}]


class Doors:
    def __init__(self, user: User, client: APIClient, plays: Plays, chance: Random) -> None:
        self.user, self.client, self.plays, self.chance = user, client, plays, chance
        self.page, self.admin = Client(), Client()
        self.page.force_login(user)
        self.admin.force_login(UserFactory(is_staff=True, is_superuser=True))
        self.told = ""

    def do(self) -> list[UUID]:
        """One random act; the acts that the journal has of it, newest first."""
        known = set(TaskChange.objects.values_list("act", flat=True))
        door: Callable[[], Answer] = self.chance.choice(
            [self.rest, self.lists, self.batch, self.proposal, self.chat, self.form, self.operator]
            + [self.undoing] * 2
        )
        answer = door()
        assert answer.status_code < 500, (self.told, answer.content)
        acts = TaskChange.objects.newest_first().values_list("act", flat=True)
        return [act for act in dict.fromkeys(acts) if act not in known]

    def undoing(self) -> Answer:
        """Of any act, also of one that took back another one or is taken back."""
        if self.chance.random() < 0.3:
            self.told = "undo_last"
            self.plays([call("undo_last")], ["Done."])
            return self.send("post", "/api/chat/", {"message": "Undo"})
        changes = TaskChange.objects.for_user(self.user)
        lines = list(changes.newest_first().values_list("pk", "act", "tool_call_id"))
        if not lines:
            return self.send("get", "/api/tasks/")
        pk, act, made_by = self.chance.choice(lines[: self.chance.choice([5, len(lines)])])
        turn = Turn.objects.filter(tool_calls=made_by).first()
        paths = [f"acts/{act}", f"changes/{pk}"] + ([f"messages/{turn.reply.pk}"] if turn else [])
        return self.send("post", f"/api/{self.chance.choice(paths)}/undo/")

    def undo(self, act: UUID) -> Answer:
        return self.client.post(f"/api/acts/{act}/undo/")

    def rest(self) -> Answer:
        task = self.any(Task)
        if task is None or self.chance.random() < 0.25:
            return self.send("post", "/api/tasks/", {"title": "Task", **self.fields()})
        path = f"/api/tasks/{task}/"
        act = self.chance.choice(["", "", "complete/", "complete/", "reopen/", "skip/", "delete"])
        if act == "delete":
            return self.send("delete", path)
        if act:
            return self.send("post", path + act)
        return self.send("patch", path, {"title": f"{self.chance.random()}", **self.fields()})

    def lists(self) -> Answer:
        name = {"name": self.chance.choice(["Home", "Work", "Food"])}
        one, tag = self.any(TaskList, deleted_too=True), self.chance.choice("ab")
        if one is None:
            return self.send("post", "/api/lists/", name)
        path = f"/api/lists/{one}/"
        return self.chance.choice(
            [
                lambda: self.send("post", "/api/lists/", name),
                lambda: self.send("patch", path, name),
                lambda: self.send("delete", f"{path}?tasks=keep"),
                lambda: self.send("delete", f"{path}?tasks=delete"),
                lambda: self.send("post", f"{path}restore/"),
                lambda: self.send(
                    "post", f"{path}merge/", {"into": str(self.any(TaskList) or uuid4())}
                ),
                lambda: self.send("patch", f"/api/tags/{tag}/", {"name": "c"}),
            ]
        )()

    def batch(self, **more: object) -> Answer:
        do = self.chance.choice(["create", "update", "complete", "reopen", "delete", "restore"])
        if do == "create":
            some: list[Any] = [{"title": "New", **self.fields()} for _ in range(2)]
        else:
            some = [
                {"id": str(self.any(Task, deleted_too=do == "restore") or uuid4())}
                for _ in range(3)
            ]
        body = {"do": do, "tasks": some, **({"set": self.fields()} if do == "update" else {})}
        return self.send("post", "/api/tasks/batch/", body | more)

    def proposal(self) -> Answer:
        asked = self.batch(propose=True)
        if asked.status_code != 202:
            return asked
        return self.send("post", f"/api/proposals/{asked.json()['proposal']['id']}/approve/")

    def chat(self) -> Answer:
        one, other = (str(self.any(Task) or uuid4()) for _ in range(2))
        asked = self.chance.choice(
            [
                [call("create_task", title="Said", due_date=self.chance.choice(DAYS))],
                [call("complete_task", task_id=one), call("delete_task", task_id=other)],
                [call("update_task", task_id=one, title="Said anew")],
                [call("reopen_task", task_id=one)],
            ]
        )
        self.plays(asked, ["Done."])
        return self.send("post", "/api/chat/", {"message": "Do it for my tasks"})

    def form(self) -> Answer:
        act = self.chance.choice(["complete", "reopen", "skip"])
        path = f"/tasks/{self.any(Task) or uuid4()}/{act}/"
        if self.chance.random() < 0.3:
            self.told = "the form to add"
            return self.page.post("/tasks/add/", {"title": "Added", "tags": "a"})
        self.told = path
        return self.page.post(path)

    def operator(self) -> Answer:
        model, of = self.chance.choice([(Task, "task"), (TaskList, "tasklist")])
        keys = [str(self.any(model, deleted_too=True) or uuid4()) for _ in range(2)]
        data = {"action": self.chance.choice(["remove", "restore"]), "_selected_action": keys}
        self.told = f"admin {of} {data}"
        return self.admin.post(f"/admin/todos/{of}/", data)

    def send(self, method: str, path: str, body: object = None) -> Answer:
        self.told = f"{method} {path} {body}"
        return getattr(self.client, method)(path, body, format="json")

    def any(self, model: type[Model], *, deleted_too: bool = False) -> UUID | None:
        rows = model._default_manager.filter(user=self.user).order_by("pk")
        keys = list((rows if deleted_too else rows.filter(deleted_at=None)).values_list("pk"))
        return self.chance.choice(keys)[0] if keys else None

    def fields(self) -> dict[str, Any]:
        """A few of what a task can have."""
        of_a_list = self.any(TaskList)
        all_fields = {
            "due_date": self.chance.choice(DAYS),
            "repeats": self.chance.choice(RULES),
            "tags": self.chance.sample("abc", 2),
            "list": of_a_list and str(of_a_list),
            "parent": str(parent) if (parent := self.any(Task)) else None,
            "duration_minutes": self.chance.choice([None, 30]),
            "priority": self.chance.choice(["none", "high"]),
        }
        return {name: all_fields[name] for name in self.chance.sample(list(all_fields), 2)}
