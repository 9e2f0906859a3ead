from django.contrib import admin

from accounts.admin import ReadOnly
from transfer.models import CalendarFeed


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnly, admin.ModelAdmin[CalendarFeed]):
    list_display = ("user", "created_at", "read_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    fields = ("user", "created_at", "read_at")
