"""The keys carry the owner."""

from django.db import migrations

from accounts.owner_keys import OwnerInKeys


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0008_keys'),
    ]

    operations = [
        OwnerInKeys("preference"),
        OwnerInKeys("answeredrequest"),
    ]
