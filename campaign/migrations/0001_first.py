
import campaign.crypto
import campaign.models.base
import campaign.models.petition
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MailQueue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_until', models.DateTimeField(null=True)),
                ('paused_since', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'mail queue',
                'verbose_name_plural': 'mail queue',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('warning', 'warning'), ('error', 'error')], default='warning', max_length=10, verbose_name='level')),
                ('kind', models.SlugField(verbose_name='kind')),
                ('details', models.JSONField(blank=True, default=dict, verbose_name='details')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='seen')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PublicVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='BulkDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('reject', 'reject'), ('restore', 'restore')], max_length=10, verbose_name='act')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('signatory_ids', models.JSONField(editable=False)),
                ('position', models.PositiveIntegerField(default=0, editable=False, verbose_name='done')),
                ('moved', models.PositiveIntegerField(default=0, editable=False, verbose_name='changed')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('finished_at', models.DateTimeField(editable=False, null=True, verbose_name='finished')),
                ('cancelled_at', models.DateTimeField(editable=False, null=True, verbose_name='cancelled')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'bulk decision',
                'verbose_name_plural': 'bulk decisions',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='MailGate',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('form_at', models.DateTimeField(null=True)),
                ('form_mail', models.UUIDField(help_text='The mail let through then: a second try of it passes.', null=True)),
                ('link_at', models.DateTimeField(null=True)),
                ('link_mail', models.UUIDField(null=True)),
                ('unconfirmed_mails', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('refused_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['used_at'], name='mail_gate_used')],
            },
        ),
        migrations.CreateModel(
            name='Petition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='slug')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('open', 'open'), ('paused', 'paused'), ('closed', 'closed')], default='draft', editable=False, max_length=10, verbose_name='state')),
                ('mode', models.CharField(choices=[('standard', 'standard'), ('high_risk', 'high-risk')], default='standard', max_length=10, verbose_name='mode')),
                ('default_visibility', models.CharField(choices=[('initials', 'initials on the page'), ('delivered', 'only the addressee'), ('counted', 'only counted')], default='delivered', max_length=10, verbose_name='default visibility')),
                ('goal_steps', models.JSONField(default=campaign.models.petition.default_goal_steps, help_text='The page shows the next one.', validators=[campaign.models.petition.check_goal_steps], verbose_name='goals')),
                ('opens_at', models.DateTimeField(blank=True, null=True, verbose_name='opens')),
                ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='closes')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                ('destroy_on', models.DateField(help_text='Public. On this day all personal data of the petition is erased.', null=True, verbose_name='data destroyed by')),
                ('destroyed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='data destroyed')),
                ('delivery_public_key', models.TextField(blank=True, help_text='High-risk petitions only: the public half of a key made offline.', verbose_name='delivery key')),
                ('digest_salt', models.BinaryField(default=campaign.models.petition.new_salt, null=True)),
                ('signature_count', models.PositiveIntegerField(default=0, editable=False, validators=[django.core.validators.MinValueValidator(0)], verbose_name='signatures')),
                ('counted_until', models.DateTimeField(editable=False, null=True, verbose_name='counted until')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'petition',
                'verbose_name_plural': 'petitions',
                'ordering': ['-id'],
                'permissions': [('publish_petition', 'Can open, pause and close petitions')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'open', 'paused', 'closed'])), name='petition_state_is_known'), models.CheckConstraint(condition=models.Q(('mode__in', ['standard', 'high_risk'])), name='petition_mode_is_known'), models.CheckConstraint(condition=models.Q(('default_visibility__in', ['initials', 'delivered', 'counted'])), name='petition_default_visibility_is_never_public'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', False), _connector='OR'), name='petition_closed_has_time'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('destroy_on__isnull', False), _connector='OR'), name='petition_opened_has_destruction_date'), models.CheckConstraint(condition=models.Q(('destroyed_at__isnull', True), ('digest_salt__isnull', True), _connector='OR'), name='petition_destroyed_has_no_salt'), models.CheckConstraint(condition=models.Q(('state', 'draft'), ('mode', 'standard'), models.Q(('delivery_public_key', ''), _negated=True), _connector='OR'), name='petition_high_risk_has_its_own_key')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('requested', 'requested'), ('approved', 'being built'), ('built', 'built'), ('cancelled', 'cancelled'), ('handed_over', 'handed over'), ('acknowledged', 'acknowledged')], default='requested', editable=False, max_length=12, verbose_name='state')),
                ('purpose', models.CharField(max_length=300, verbose_name='purpose')),
                ('columns', models.JSONField(default=campaign.models.petition.default_columns, verbose_name='columns')),
                ('as_of', models.DateTimeField(default=django.utils.timezone.now, verbose_name='as of')),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='requested')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved')),
                ('built_at', models.DateTimeField(null=True, verbose_name='built')),
                ('cancelled_at', models.DateTimeField(null=True, verbose_name='cancelled')),
                ('deleted_at', models.DateTimeField(null=True, verbose_name='file deleted')),
                ('claimed_at', models.DateTimeField(null=True)),
                ('cursor', models.UUIDField(null=True)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('rows_expected', models.PositiveIntegerField(default=0, verbose_name='rows expected')),
                ('chunk_count', models.PositiveIntegerField(default=0)),
                ('byte_count', models.BigIntegerField(default=0)),
                ('sealed_key', models.BinaryField(help_text="The file's own key, sealed to the service's delivery key.", null=True)),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='last failure')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-id'],
                'permissions': [('request_delivery', 'Can request exports'), ('download_delivery', 'Can download exports')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='slug')),
                ('hero', models.ImageField(blank=True, height_field='hero_height', upload_to='heroes/', verbose_name='hero image', width_field='hero_width')),
                ('hero_width', models.PositiveIntegerField(editable=False, null=True)),
                ('hero_height', models.PositiveIntegerField(editable=False, null=True)),
                ('hero_credit', models.CharField(blank=True, max_length=200, verbose_name='credit')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('petition', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['-published_at'],
                'permissions': [('publish_article', 'Can publish and unpublish articles')],
            },
        ),
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('opened', 'opened a signatory'), ('searched', 'searched for an address'), ('requested', 'requested an export'), ('downloaded', 'downloaded an export')], max_length=12, verbose_name='act')),
                ('signatory_id', models.UUIDField(null=True, verbose_name='signatory')),
                ('purpose', models.CharField(max_length=300, verbose_name='purpose')),
                ('rows', models.PositiveIntegerField(default=1, verbose_name='rows')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='campaign.delivery', verbose_name='delivery')),
                ('petition', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'access record',
                'verbose_name_plural': 'access records',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PetitionEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('addressee', models.CharField(help_text='Who decides, as named in the demand.', max_length=300, verbose_name='addressee')),
                ('demand', models.TextField(help_text='Markdown. Exactly what is signed.', verbose_name='demand')),
                ('demand_html', models.TextField(blank=True, editable=False)),
                ('delivered_columns', models.JSONField(default=campaign.models.petition.default_columns, help_text='What the addressee gets of each signature; the consent sentence names it.', validators=[campaign.models.petition.check_columns], verbose_name='delivered columns')),
                ('reason', models.CharField(blank=True, help_text='Public: what changed, and why.', max_length=300, verbose_name='reason for this version')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('first_signed_at', models.DateTimeField(editable=False, null=True, verbose_name='first signed')),
                ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'petition edition',
                'verbose_name_plural': 'petition editions',
                'ordering': ['petition', 'language', '-version'],
            },
        ),
        migrations.CreateModel(
            name='Signatory',
            fields=[
                ('id', models.UUIDField(default=campaign.models.base.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn'), ('rejected', 'rejected'), ('expired', 'expired')], default='pending', max_length=10, verbose_name='state')),
                ('visibility', models.CharField(choices=[('public', 'name on the page'), ('initials', 'initials on the page'), ('delivered', 'only the addressee'), ('counted', 'only counted')], max_length=10, verbose_name='visibility')),
                ('wants_updates', models.BooleanField(default=False, verbose_name='wants updates')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('identity', models.BinaryField(help_text='Sealed to the delivery key: name and salt.', null=True)),
                ('mailbox', models.BinaryField(help_text='Sealed to the post key; only where updates are wanted.', null=True)),
                ('email_digest', models.BinaryField(max_length=32, null=True)),
                ('gate_link', models.BinaryField(help_text="The key of the address's MailGate, wrapped for this row.", null=True)),
                ('words_digest', models.BinaryField(help_text='Keyed digest of the name; while pending.', max_length=32, null=True)),
                ('words_differ', models.BooleanField(default=False, help_text='A further form came with other words.')),
                ('nonce', models.BinaryField(default=campaign.crypto.new_nonce, max_length=16, null=True)),
                ('token_hash', models.BinaryField(max_length=32, null=True)),
                ('public_name', models.CharField(max_length=200, null=True, verbose_name='public name')),
                ('counted', models.BooleanField(default=False)),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='signed')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmed')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('erased_at', models.DateTimeField(null=True, verbose_name='erased')),
                ('edition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='campaign.petitionedition', verbose_name='edition')),
                ('petition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='campaign.petition', verbose_name='petition')),
            ],
            options={
                'verbose_name': 'signatory',
                'verbose_name_plural': 'signatories',
                'permissions': [('moderate_signatory', 'Can reject and restore signatures'), ('open_signatory', 'Can see who a signatory is')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.UUIDField(default=campaign.models.base.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('form', 'after a form'), ('link', 'link asked for')], max_length=10, verbose_name='kind')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('sending', 'sending'), ('sent', 'sent'), ('skipped', 'nothing to send'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('mailbox', models.BinaryField(help_text='Sealed to the post key; erased when sent or failed.', null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='last failure')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='due')),
                ('claimed_at', models.DateTimeField(null=True)),
                ('claim', models.UUIDField(help_text='Which batch holds it.', null=True)),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('signatory', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, to='campaign.signatory', verbose_name='signatory')),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outgoing mails',
                'permissions': [('retry_outgoingmail', 'Can retry failed mails')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('reject', 'reject'), ('restore', 'restore')], max_length=10, verbose_name='act')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('bulk', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='campaign.bulkdecision', verbose_name='bulk decision')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('signatory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='campaign.signatory', verbose_name='signatory')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ArticleEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('translation', models.CharField(choices=[('draft', 'draft'), ('review', 'to be reviewed'), ('ready', 'ready')], default='draft', max_length=10, verbose_name='state of translation')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('standfirst', models.CharField(max_length=500, verbose_name='standfirst')),
                ('byline', models.CharField(blank=True, max_length=200, verbose_name='byline')),
                ('body', models.TextField(help_text='Markdown, with footnotes.', verbose_name='body')),
                ('body_html', models.TextField(blank=True, editable=False)),
                ('hero_alt', models.CharField(blank=True, help_text='For those who cannot see it.', max_length=300, verbose_name='alternative text of the hero image')),
                ('hero_caption', models.CharField(blank=True, max_length=300, verbose_name='caption of the hero image')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='campaign.article', verbose_name='article')),
            ],
            options={
                'verbose_name': 'article edition',
                'verbose_name_plural': 'article editions',
                'ordering': ['article', 'language'],
                'constraints': [models.UniqueConstraint(fields=('article', 'language'), name='article_edition_is_unique'), models.CheckConstraint(condition=models.Q(('translation__in', ['draft', 'review', 'ready'])), name='article_edition_translation_is_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'approved', 'built', 'cancelled', 'handed_over', 'acknowledged'])), name='delivery_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['built', 'handed_over', 'acknowledged']), _negated=True), ('built_at__isnull', False), _connector='OR'), name='delivery_built_has_time'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_at__isnull', False), _connector='OR'), name='delivery_cancelled_has_time'),
        ),
        migrations.AddConstraint(
            model_name='petitionedition',
            constraint=models.UniqueConstraint(fields=('petition', 'language', 'version'), name='petition_edition_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='petitionedition',
            constraint=models.CheckConstraint(condition=models.Q(('version', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='petition_edition_later_version_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='petitionedition',
            constraint=models.CheckConstraint(condition=models.Q(('first_signed_at__isnull', True), ('published_at__isnull', False), _connector='OR'), name='petition_edition_signed_is_published'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(models.Q(('counted', False), ('state', 'confirmed')), models.Q(models.Q(('state', 'confirmed'), _negated=True), ('counted', True)), _connector='OR'), fields=['id'], name='signatory_uncounted'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['id'], name='signatory_pending'),
        ),
        migrations.AddIndex(
            model_name='signatory',
            index=models.Index(condition=models.Q(('state__in', ['withdrawn', 'rejected', 'expired'])), fields=['state', '-id'], name='signatory_ended'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.UniqueConstraint(fields=('petition', 'email_digest'), name='signatory_is_one_per_mailbox'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.UniqueConstraint(fields=('token_hash',), name='signatory_token_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'confirmed', 'rejected', 'withdrawn', 'expired'])), name='signatory_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('visibility__in', ['public', 'initials', 'delivered', 'counted'])), name='signatory_visibility_is_known'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('confirmed_at__isnull', False), _connector='OR'), name='signatory_confirmed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'confirmed']), ('ended_at__isnull', False), _connector='OR'), name='signatory_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['withdrawn', 'expired']), _negated=True), ('erased_at__isnull', False), _connector='OR'), name='signatory_gone_is_erased'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('country', ''), ('wants_updates', False), ('words_differ', False), ('email_digest__isnull', True), ('gate_link__isnull', True), ('identity__isnull', True), ('mailbox__isnull', True), ('nonce__isnull', True), ('public_name__isnull', True), ('words_digest__isnull', True)), _connector='OR'), name='signatory_erased_leaves_no_trace'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('visibility', 'counted'), _negated=True), ('identity__isnull', True), _connector='OR'), name='signatory_counted_only_has_no_identity'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('public_name__isnull', True), models.Q(('state', 'confirmed'), ('visibility__in', ['public', 'initials'])), _connector='OR'), name='signatory_public_name_was_chosen'),
        ),
        migrations.AddConstraint(
            model_name='signatory',
            constraint=models.CheckConstraint(condition=models.Q(('words_digest__isnull', True), ('state', 'pending'), _connector='OR'), name='signatory_words_digest_only_while_pending'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state__in', ('queued', 'sending'))), fields=['due_at'], name='mail_owed'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['-id'], name='mail_failed'),
        ),
        migrations.AddIndex(
            model_name='outgoingmail',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['finished_at'], name='mail_finished'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'sending', 'sent', 'skipped', 'failed'])), name='mail_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('queued', 'sending')), ('mailbox__isnull', True), _connector='OR'), name='mail_finished_keeps_no_address'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('claimed_at__isnull', False), _connector='OR'), name='mail_claimed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='outgoingmail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('queued', 'sending')), ('finished_at__isnull', False), _connector='OR'), name='mail_finished_has_time'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='decision_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['reject', 'restore'])), name='decision_act_is_known'),
        ),
    ]
