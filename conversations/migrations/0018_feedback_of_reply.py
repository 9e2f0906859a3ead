"""One of a reply is one of its owner's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0017_owner_in_keys'),
    ]

    operations = [
        migrations.AlterField(
            model_name='feedback',
            name='reply',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='feedback', to='conversations.message'),
        ),
    ]
