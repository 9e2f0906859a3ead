from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0006_the_model_of_a_call'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(condition=models.Q(('status', 'incomplete')), fields=['finished_at'], name='turn_broken_off'),
        ),
    ]
