from django.contrib import admin

from accounts.admin import ReadOnly
from reminders.models import Channels, Delivery, PushSubscription


@admin.register(Channels)
class ChannelsAdmin(ReadOnly, admin.ModelAdmin[Channels]):
    """Without the address of the webhook, which may be a secret of its own."""

    list_display = ("user", "page", "mail", "has_webhook", "with_words", "summary_at", "summary_on")
    fields = list_display
    list_select_related = ("user",)
    search_fields = ("user__username",)

    @admin.display(boolean=True)
    def has_webhook(self, channels: Channels) -> bool:
        return bool(channels.webhook_url)


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnly, admin.ModelAdmin[PushSubscription]):
    list_display = fields = ("user", "created_at", "failed_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin[Delivery]):
    list_display = fields = (
        "created_at",
        "user",
        "channel",
        "status",
        "rings_at",
        "attempt",
        "failures",
        "due_at",
        "settled_at",
        "why",
    )
    list_filter = ("channel", "status")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
