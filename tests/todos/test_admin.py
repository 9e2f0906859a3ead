from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Proposal, Task, TaskChange
from todos.repeating import Repeat

TASKS, CHANGES = "/admin/todos/task/", "/admin/todos/taskchange/"
PROPOSALS = "/admin/todos/proposal/"


@pytest.fixture
def operator(db: None) -> Client:
    user = User.objects.create_superuser("operator", password="x")
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def task(db: None) -> Task:
    return TaskFactory(
        user=UserFactory(username="ada"), title="call <b>", due_date=date(2026, 11, 20)
    )


def run(client: Client, act: str, *tasks: Task) -> int:
    data = {"action": act, "_selected_action": [task.pk for task in tasks]}
    return client.post(TASKS, data).status_code


def kinds(task: Task) -> list[tuple[str, str]]:
    return [(change.kind, change.source) for change in task.changes.newest_first()]


def test_operators_find_tasks_by_title_and_by_user(operator: Client, task: Task):
    TaskFactory(title="another")
    for text in ("call", "ada"):
        page = operator.get(TASKS, {"q": text}).content.decode()
        assert "call &lt;b&gt;" in page
        assert "another" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?completed_at__isempty=0", 1),
        ("?deleted_at__isempty=0", 1),
        ("?priority__exact=none", 3),
        ("?repeats__isempty=0", 0),
        ("?repeats__isempty=1", 3),
        ("?priority__exact=high", 0),
        ("?created_at__year=2020", 0),
        ("?q=%00", 3),
    ],
)
def test_operators_narrow_the_list(operator: Client, task: Task, query: str, found: int):
    TaskFactory().complete(Origin("api"))
    TaskFactory().remove(Origin("api"))
    answer = operator.get(TASKS + query)
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == found


def test_a_task_is_shown_with_its_history_and_cannot_be_changed(operator: Client, task: Task):
    task.edit(Origin("chat"), title="new", notes="ask")
    page = operator.get(f"{TASKS}{task.pk}/change/")
    assert "call &lt;b&gt;" in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    before = Task.objects.values().get()
    answer = operator.post(f"{TASKS}{task.pk}/change/", {"title": "forged"})
    assert answer.status_code == 403
    assert operator.post(f"{TASKS}{task.pk}/delete/", {"post": "yes"}).status_code == 403
    assert operator.post(f"{TASKS}add/", {"title": "forged"}).status_code == 403
    assert Task.objects.values().get() == before


def test_the_journal_cannot_be_changed(operator: Client, task: Task):
    change = task.changes.get()
    assert operator.get(f"{CHANGES}{change.pk}/change/").status_code == 200
    for act in (f"{change.pk}/change/", f"{change.pk}/delete/", "add/"):
        assert operator.post(CHANGES + act, {"post": "yes"}).status_code == 403
    assert operator.get(CHANGES, {"q": "ada"}).context["cl"].result_count == 1
    assert TaskChange.objects.get() == change


def test_tasks_are_deleted_and_restored_as_everywhere(operator: Client, task: Task):
    other = TaskFactory()
    assert run(operator, "remove", task, other) == 302
    assert not Task.objects.for_user(task.user).exists()
    assert kinds(task)[0] == kinds(other)[0] == ("deleted", "admin")
    assert run(operator, "remove", task) == 302  # once more is no change
    assert run(operator, "restore", task) == 302
    assert run(operator, "restore", task) == 302
    assert Task.objects.for_user(task.user).get() == task
    assert kinds(task) == [("restored", "admin"), ("deleted", "admin"), ("created", "api")]


def test_who_may_only_look_is_offered_no_action(operator: Client, task: Task, db: None):
    reader = User.objects.get(username="operator")
    reader.is_superuser = False
    reader.save()
    assert operator.get(TASKS).status_code == 403
    view, delete = (Permission.objects.get(codename=f"{act}_task") for act in ("view", "delete"))
    reader.user_permissions.set([view])
    assert operator.get(TASKS).status_code == 200
    run(operator, "remove", task)
    assert kinds(task) == [("created", "api")]
    reader.user_permissions.set([view, delete])
    run(operator, "remove", task)
    assert kinds(task)[0] == ("deleted", "admin")


def test_operators_see_how_a_task_repeats(operator: Client):
    rule = Repeat.read({"words": "every other tuesday"})
    task = TaskFactory(due_date=date(2026, 11, 24), repeats=rule)
    TaskFactory()

    page = operator.get(f"{TASKS}?repeats__isempty=0")

    assert page.context["cl"].result_count == 1
    assert "every 2 weeks on Tuesday" in page.content.decode()
    assert str(task.series) in operator.get(f"{TASKS}{task.pk}/change/").content.decode()


@pytest.mark.parametrize("path", [TASKS, CHANGES])
def test_the_queries_of_a_list_do_not_grow_with_it(
    operator: Client, path: str, django_assert_num_queries, django_assert_max_num_queries
):
    TaskFactory()
    with django_assert_max_num_queries(20) as few:
        operator.get(path)
    TaskFactory.create_batch(20)
    with django_assert_max_num_queries(len(few)):
        operator.get(path)


def test_the_queries_of_a_task_do_not_grow_with_its_history(
    operator: Client, task: Task, django_assert_max_num_queries
):
    path = f"{TASKS}{task.pk}/change/"
    with django_assert_max_num_queries(20) as few:
        operator.get(path)
    for number in range(10):
        task.edit(Origin("api"), title=f"{number}")
    with django_assert_max_num_queries(len(few)):
        operator.get(path)


def test_proposals_are_seen_and_nothing_more(operator: Client, task: Task):
    operation = {"do": "delete", "tasks": [str(task.pk)]}
    made = Proposal.make(task.user, operation, Origin("chat"))

    for query in ("", "?q=ada", "?status__exact=open"):
        assert "Delete 1 task: " in operator.get(PROPOSALS + query).content.decode()
    assert "call &lt;b&gt;" in operator.get(f"{PROPOSALS}{made.pk}/change/").content.decode()
    assert operator.get(f"{PROPOSALS}add/").status_code == 403
    assert operator.post(f"{PROPOSALS}{made.pk}/change/", {"status": "approved"}).status_code == 403
    assert operator.post(f"{PROPOSALS}{made.pk}/delete/", {"post": "yes"}).status_code == 403
