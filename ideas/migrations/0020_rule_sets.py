from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0019_competences'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_it', models.CharField(max_length=200, verbose_name='name in Italian')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(max_length=40, unique=True)),
                ('programmes', models.JSONField(blank=True, default=list, verbose_name='programmes')),
                ('action_types', models.JSONField(blank=True, default=list, verbose_name='types of action')),
                ('rules', models.JSONField(blank=True, default=dict)),
                ('samples', models.JSONField(blank=True, default=list)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
                ('retired', models.BooleanField(default=False, verbose_name='not in use')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddField(
            model_name='idea',
            name='lacking',
            field=models.CharField(blank=True, default='', editable=False, max_length=300),
        ),
    ]
