from reminders.models.channels import Channels, PushSubscription

__all__ = ["Channels", "PushSubscription"]
