from django.contrib import admin

from accounts.admin import ReadOnly
from transfer.models import CalendarFeed, Imported, Upload


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, admin.ModelAdmin[CalendarFeed]):
    list_display = ("user", "created_at", "read_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    fields = ("user", "created_at", "read_at")


@admin.register(Imported)
class ImportedAdmin(ReadOnly, admin.ModelAdmin[Imported]):
    list_display = ("user", "created_at", "task_id")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    fields = ("user", "created_at", "task_id", "digest")


@admin.register(Upload)
class UploadAdmin(ReadOnly, admin.ModelAdmin[Upload]):
    list_display = ("user", "created_at", "format")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    fields = ("user", "created_at", "format", "name")
