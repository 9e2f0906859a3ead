"""The keys carry the owner."""

from django.db import migrations

from accounts.owner_keys import OwnerInKeys


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('transfer', '0002_imported'),
        ('todos', '0015_owner_in_keys'),
    ]

    operations = [
        OwnerInKeys("imported"),
        OwnerInKeys("upload"),
    ]
