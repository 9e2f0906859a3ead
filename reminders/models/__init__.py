from reminders.models.channels import Channels, PushSubscription
from reminders.models.delivery import LEASE, Channel, Delivery, Result
from reminders.models.ringing import begin_mornings, ring

__all__ = [
    "LEASE",
    "Channel",
    "Channels",
    "Delivery",
    "PushSubscription",
    "Result",
    "begin_mornings",
    "ring",
]
