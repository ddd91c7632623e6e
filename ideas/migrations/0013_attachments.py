"""Files beside an idea's text."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0012_lifecycle'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('suffix', models.CharField(max_length=8)),
                ('audience', models.CharField(choices=[('all', 'Everybody who sees the idea'), ('partners', 'Authors and partners only')], max_length=20, verbose_name='who may read it')),
                ('size_bytes', models.PositiveIntegerField()),
                ('kept_as', models.CharField(max_length=100, unique=True)),
                ('thumbnail_as', models.CharField(blank=True, max_length=100)),
                ('uploaded_at', models.DateTimeField()),
                ('idea', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='ideas.idea')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ideas.organisation')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('idea', 'uploaded_by', 'client_id'), name='unique_attachment_per_client_id')],
            },
        ),
    ]
