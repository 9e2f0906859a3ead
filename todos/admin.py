from contextlib import suppress

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from todos.models import Origin, Proposal, Task, TaskChange


class TaskChangeInline(ReadOnly, admin.TabularInline[TaskChange, Task]):
    model = TaskChange
    fields = ("created_at", "kind", "before", "after", "source", "tool_call_id", "undone_at")
    readonly_fields = ("created_at",)
    ordering = ("-created_at", "-id")
    extra = 0


@admin.register(Task)
class TaskAdmin(ReadOnly, admin.ModelAdmin[Task]):
    list_display = (
        "title",
        "user",
        "due_date",
        "due_time",
        "priority",
        "repetition",
        "completed_at",
        "deleted_at",
    )
    list_filter = (
        "priority",
        ("repeats", admin.EmptyFieldListFilter),
        ("completed_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
        "due_date",
    )
    list_select_related = ("user",)
    search_fields = ("title", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (TaskChangeInline,)
    actions = ("remove", "restore")

    @admin.display(description=_("repeats"), empty_value="-")
    def repetition(self, task: Task) -> str | None:
        return task.repeat.words if task.repeat else None

    def has_recover_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("todos.delete_task")

    @admin.action(
        description=_("Delete selected tasks; they can be restored"), permissions=["recover"]
    )
    def remove(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        origin = Origin("admin")
        for task in queryset:
            with suppress(Task.DoesNotExist):  # deleted already
                task.remove(origin)

    @admin.action(description=_("Restore selected tasks"), permissions=["recover"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        origin = Origin("admin")
        for task in queryset:
            task.restore(origin)


@admin.register(TaskChange)
class TaskChangeAdmin(ReadOnly, admin.ModelAdmin[TaskChange]):
    list_display = ("created_at", "user", "task", "kind", "source", "undone_at")
    list_filter = ("kind", "source")
    list_select_related = ("user", "task")
    search_fields = ("task__title", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(Proposal)
class ProposalAdmin(ReadOnly, admin.ModelAdmin[Proposal]):
    list_display = ("created_at", "user", "summary", "shown_status", "source", "decided_at")
    list_filter = ("status", "source")
    list_select_related = ("user",)
    search_fields = ("summary", "user__username")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
