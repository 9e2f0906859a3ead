"""The keys carry the owner."""

from django.db import migrations, models

from accounts.owner_keys import OwnerInKeys


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('conversations', '0016_what_the_admin_tells'),
    ]

    operations = [
        OwnerInKeys("conversation"),
        OwnerInKeys(
            "turn",
            [
                models.UniqueConstraint(
                    fields=["user", "conversation"],
                    name="turn_one_in_progress",
                    condition=models.Q(status="in_progress"),
                ),
            ],
        ),
        OwnerInKeys(
            "message",
            [models.UniqueConstraint(fields=["user", "conversation", "seq"], name="message_seq")],
        ),
        OwnerInKeys(
            "toolcall",
            [
                models.UniqueConstraint(
                    fields=["user", "turn", "step", "position"], name="tool_call_place"
                ),
            ],
        ),
        OwnerInKeys("alias"),
        OwnerInKeys(
            "feedback",
            [models.UniqueConstraint(fields=["user", "reply"], name="feedback_of_reply")],
        ),
    ]
