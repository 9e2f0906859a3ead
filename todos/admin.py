from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from todos.models import NameTaken, Origin, Proposal, Reminder, Task, TaskChange, TaskList
from todos.models.proposal import Status
from todos.reminding import Reminding


class ChangeInline(ReadOnly, admin.TabularInline[TaskChange, Any]):
    model = TaskChange
    fields = ("created_at", "kind", "before", "after", "source", "tool_call_id", "undone_at")
    readonly_fields = ("created_at",)
    ordering = ("-created_at", "-id")
    extra = 0


class TaskChangeInline(ChangeInline):
    fk_name = "task"


class ListChangeInline(ChangeInline):
    fk_name = "list"


class ReminderInline(ReadOnly, admin.TabularInline[Reminder, Any]):
    model = Reminder
    fields = ("rings_at", "status", "snoozed_to", "rang_at", "answered_at")
    readonly_fields = ("status",)
    ordering = ("rings_at", "id")
    extra = 0


@admin.register(Task)
class TaskAdmin(ReadOnly, admin.ModelAdmin[Task]):
    list_display = (
        "title",
        "user",
        "due_date",
        "due_time",
        "priority",
        "list",
        "its_tags",
        "repetition",
        "rings",
        "completed_at",
        "deleted_at",
    )
    list_filter = (
        "priority",
        ("list", admin.EmptyFieldListFilter),
        ("tags", admin.EmptyFieldListFilter),
        ("parent", admin.EmptyFieldListFilter),
        ("repeats", admin.EmptyFieldListFilter),
        ("completed_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
        "due_date",
    )
    list_select_related = ("user", "list")
    search_fields = ("title", "tags", "list__name", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (ReminderInline, TaskChangeInline)
    actions = ("remove", "restore")

    @admin.display(description=_("repeats"), empty_value="-")
    def repetition(self, task: Task) -> str | None:
        return task.repeat.words if task.repeat else None

    @admin.display(description=_("reminders"), empty_value="-")
    def rings(self, task: Task) -> str:
        return ", ".join(Reminding.of(spec).words for spec in task.reminders)

    @admin.display(description=_("tags"), empty_value="-")
    def its_tags(self, task: Task) -> str:
        return ", ".join(task.tags)

    def has_recover_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.delete_task")

    @admin.action(
        description=_("Delete selected tasks; they can be restored"), permissions=["recover"]
    )
    def remove(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        origin = Origin("admin")
        for task in tasks_before_steps(queryset):
            with suppress(Task.DoesNotExist):  # deleted already
                task.remove(origin)

    @admin.action(description=_("Restore selected tasks"), permissions=["recover"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        origin = Origin("admin")
        for task in tasks_before_steps(queryset):
            task.restore(origin)


def tasks_before_steps(tasks: Iterable[Task]) -> list[Task]:
    """Steps go and come back with the task whose steps they are."""
    return sorted(tasks, key=lambda task: task.parent_id is not None)


@admin.register(TaskList)
class TaskListAdmin(ReadOnly, admin.ModelAdmin[TaskList]):
    list_display = ("name", "user", "open", "done", "created_at", "deleted_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (ListChangeInline,)
    actions = ("remove", "restore")

    def get_queryset(self, request: HttpRequest) -> Any:
        return TaskList.objects.with_counts()

    @admin.display(description=_("open"))
    def open(self, task_list: TaskList) -> int:
        return task_list.task_counts["open"]

    @admin.display(description=_("done"))
    def done(self, task_list: TaskList) -> int:
        return task_list.task_counts["done"]

    def has_recover_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.delete_tasklist")

    @admin.action(
        description=_("Delete selected lists; their tasks go to the Inbox"),
        permissions=["recover"],
    )
    def remove(self, request: HttpRequest, queryset: QuerySet[TaskList]) -> None:
        origin = Origin("admin")
        for task_list in queryset:
            with suppress(TaskList.DoesNotExist):  # deleted already
                task_list.remove(origin)

    @admin.action(
        description=_("Restore selected lists, with tasks that were deleted with them"),
        permissions=["recover"],
    )
    def restore(self, request: HttpRequest, queryset: QuerySet[TaskList]) -> None:
        origin = Origin("admin")
        for task_list in queryset:
            try:
                task_list.restore(origin)
            except NameTaken:
                taken = _("There is another list “%(name)s”.") % {"name": task_list.name}
                self.message_user(request, taken, messages.ERROR)


@admin.register(TaskChange)
class TaskChangeAdmin(ReadOnly, admin.ModelAdmin[TaskChange]):
    list_display = ("created_at", "user", "task", "list", "kind", "source", "key", "undone_at")
    list_filter = ("kind", "source")
    list_select_related = ("user", "task", "list")
    search_fields = ("task__title", "list__name", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(Reminder)
class ReminderAdmin(ReadOnly, admin.ModelAdmin[Reminder]):
    list_display = ("rings_at", "user", "task", "status", "rang_at", "answered_at")
    list_filter = ("rings_at", ("answered_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "task")
    search_fields = ("task__title", "user__username")
    ordering = ("-rings_at", "-id")


class ShownStatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Status.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.with_status(self.value()) if self.value() else queryset


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, admin.ModelAdmin[Proposal]):
    list_display = ("created_at", "user", "summary", "shown_status", "source", "decided_at")
    list_filter = (ShownStatusFilter, "source")
    list_select_related = ("user",)
    search_fields = ("summary", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
