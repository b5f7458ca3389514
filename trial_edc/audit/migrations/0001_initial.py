"""The audit trail with its guards, the clock, locks and seals. The shipped SQL makes the tables."""

from django.db import migrations, models

import trial_edc.audit.fields
from trial_edc.audit.migration_order import first_migrations
from trial_edc.audit.shipped import script

SCRIPTS = ("clock", "trail", "capture", "locks", "seal")
AUDITED_APPS = ("accounts", "subjects", "casebook", "adverse_events", "assessments", "reports", "exports")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    # Triggers of audited tables call functions made here.
    run_before = first_migrations(AUDITED_APPS)

    operations = [
        migrations.RunSQL(
            [script(name) for name in SCRIPTS],
            state_operations=[
                migrations.CreateModel(
                    name="AuditValue",
                    fields=[
                        ("key", models.TextField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        ("table_name", models.TextField()),
                        ("action", models.TextField(choices=[("I", "entered"), ("U", "changed")])),
                        ("row_pk", models.TextField()),
                        ("subject_id", models.BigIntegerField(null=True)),
                        ("instance_id", models.BigIntegerField(null=True)),
                        ("form_code", models.TextField()),
                        ("item", models.TextField()),
                        ("old", models.JSONField(null=True)),
                        ("new", models.JSONField(null=True)),
                        ("old_detail", models.JSONField(null=True)),
                        ("new_detail", models.JSONField(null=True)),
                        ("actor_id", models.BigIntegerField()),
                        ("actor_name", models.TextField()),
                        ("role", models.TextField()),
                        ("organisation", models.TextField()),
                        ("reason", models.TextField()),
                        ("source", models.TextField()),
                        ("app_version", models.TextField()),
                        ("request_id", models.TextField()),
                    ],
                    options={
                        "db_table": "audit_value",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="AuditEvent",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        ("xid", trial_edc.audit.fields.TransactionIdField()),
                        ("table_name", models.TextField()),
                        ("action", models.TextField(choices=[("I", "entered"), ("U", "changed")])),
                        ("row_pk", models.TextField()),
                        ("subject_id", models.BigIntegerField(null=True)),
                        ("instance_id", models.BigIntegerField(null=True)),
                        ("form_code", models.TextField()),
                        ("changes", models.JSONField()),
                        ("details", models.JSONField(null=True)),
                        ("reasons", models.JSONField(null=True)),
                        ("row_digest", models.BinaryField()),
                        ("actor_id", models.BigIntegerField()),
                        ("actor_name", models.TextField()),
                        ("role", models.TextField()),
                        ("organisation", models.TextField()),
                        ("reason", models.TextField()),
                        ("source", models.TextField()),
                        ("app_version", models.TextField()),
                        ("request_id", models.TextField()),
                    ],
                    options={
                        "db_table": "audit_event",
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("cluster", models.TextField()),
                        ("horizon", trial_edc.audit.fields.TransactionIdField()),
                        ("n_rows", models.BigIntegerField()),
                        ("first_id", models.BigIntegerField()),
                        ("last_id", models.BigIntegerField()),
                        ("sealed_at", models.DateTimeField()),
                        ("previous", models.TextField()),
                        ("head", models.TextField()),
                    ],
                    options={
                        "db_table": "audit_seal",
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSealedRow",
                    fields=[
                        ("event_id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("seal_id", models.BigIntegerField()),
                        ("position", models.BigIntegerField()),
                        ("digest", models.BinaryField()),
                    ],
                    options={
                        "db_table": "audit_sealed_row",
                    },
                ),
                migrations.CreateModel(
                    name="ClockMark",
                    fields=[
                        ("id", models.BooleanField(default=True, primary_key=True, serialize=False)),
                        ("marked_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "audit_test_clock",
                    },
                ),
            ],
        )
    ]
