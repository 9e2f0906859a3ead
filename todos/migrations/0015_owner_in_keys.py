"""The keys carry the owner.

Also those of other apps that refer to a task or a reminder, so their tables come first.
"""

from django.db import migrations, models

from accounts.owner_keys import OwnerInKeys


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('todos', '0014_proposal_bound_to'),
        ('reminders', '0002_delivery'),
        ('transfer', '0002_imported'),
    ]

    operations = [
        OwnerInKeys("tasklist"),
        OwnerInKeys(
            "task",
            [
                models.UniqueConstraint(
                    fields=["user", "series", "place"],
                    name="task_place_in_series",
                    condition=models.Q(deleted_at=None, series__isnull=False),
                ),
            ],
        ),
        OwnerInKeys("taskchange"),
        OwnerInKeys("reminder"),
        OwnerInKeys("proposal"),
    ]
