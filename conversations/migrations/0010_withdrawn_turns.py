
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_made_titles'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
    ]
