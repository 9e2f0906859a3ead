from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('todos', '0010_reminders'),
    ]

    operations = [
        migrations.AddField(
            model_name='reminder',
            name='failed',
            field=models.JSONField(db_default=[], default=list, verbose_name='not told on'),
        ),
    ]
