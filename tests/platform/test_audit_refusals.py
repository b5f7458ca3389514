"""Cheating by SQL: as the web process, as the owner of the tables, and what each is refused."""

import contextlib

import pgtrigger
import psycopg2
import pytest
from django.db import transaction
from django.utils import timezone

from tests.platform.audit_world import SAMPLE_TABLES, form_instance, person, run, why_refused
from trial_edc.accounts.models import Site
from trial_edc.audit.context import audited
from trial_edc.audit.errors import Refusal
from trial_edc.audit.models import AuditEvent
from trial_edc.casebook.models import FormInstance, Lock

PARTITION = f"audit_event_{timezone.now().year}"


@pytest.fixture
def trail(fresh_database):
    """A coordinator with a form: the trail has events."""
    coordinator = person()
    return coordinator, form_instance(coordinator)


@pytest.mark.requirement("AUD-04")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET reason = 'nicer'",
        f"UPDATE {PARTITION} SET actor_name = 'Somebody'",
        "DELETE FROM audit_event",
        f"DELETE FROM {PARTITION}",
        "TRUNCATE audit_event",
        f"TRUNCATE {PARTITION}",
        "INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM audit_event",
        "INSERT INTO audit_seal SELECT * FROM audit_seal",
        "DELETE FROM audit_sealed_row",
        "INSERT INTO audit_test_clock DEFAULT VALUES",
        "DROP TABLE audit_event",
        "DROP TRIGGER audit_trail_change ON audit_event",
        "DROP FUNCTION audit_capture() CASCADE",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_site DISABLE TRIGGER ALL",
        "ALTER TABLE accounts_site ADD COLUMN extra text",
        "ALTER TABLE audit_event DETACH PARTITION audit_event_default",
        "CREATE OR REPLACE FUNCTION edc_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
        "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
        "SET session_replication_role = replica",
        "SELECT audit_guard_trail('accounts_site', true)",
        "SELECT nextval('audit_event_id_seq')",
    ],
)
def test_the_web_process_cannot_touch_the_trail(database, sql):
    with pytest.raises(Exception, match=r"permission denied|must be owner"), transaction.atomic():
        run(sql)


@pytest.mark.requirement("AUD-07")
@pytest.mark.parametrize("table", ["accounts_user", "accounts_site", "subjects_subject", "casebook_forminstance"])
def test_records_are_never_deleted_or_emptied(trail, owner_connection, table):
    cursor = owner_connection.cursor()

    assert why_refused(run, f"DELETE FROM {table}") == Refusal.DELETE
    with pytest.raises(psycopg2.Error) as deleted:
        cursor.execute(f"DELETE FROM {table} WHERE false")
    with pytest.raises(psycopg2.Error) as emptied:
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert (deleted.value.pgcode, emptied.value.pgcode) == (Refusal.DELETE, Refusal.TRUNCATE)


@pytest.mark.requirement("AUD-07")
def test_deleting_through_the_orm_is_refused(trail):
    assert why_refused(FormInstance.objects.all()._raw_delete, "default") == Refusal.DELETE


@pytest.mark.requirement("AUD-05")
@pytest.mark.parametrize("role", ["edc_owner", "postgres"])
@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("UPDATE audit_event SET reason = 'nicer'", Refusal.TRAIL_ONLY_GROWS),
        (f"UPDATE {PARTITION} SET reason = 'nicer'", Refusal.TRAIL_ONLY_GROWS),
        ("DELETE FROM audit_event", Refusal.TRAIL_ONLY_GROWS),
        (f"DELETE FROM {PARTITION}", Refusal.TRAIL_ONLY_GROWS),
        ("DELETE FROM audit_event_default", Refusal.TRAIL_ONLY_GROWS),
        ("TRUNCATE audit_event", Refusal.TRAIL_ONLY_GROWS),
        (f"TRUNCATE {PARTITION}", Refusal.TRAIL_ONLY_GROWS),
        ("UPDATE audit_seal SET head = ''", Refusal.TRAIL_ONLY_GROWS),
        ("TRUNCATE audit_sealed_row", Refusal.TRAIL_ONLY_GROWS),
        (
            "INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM audit_event LIMIT 1",
            Refusal.DIRECT_EVENT,
        ),
        (
            f"INSERT INTO {PARTITION} OVERRIDING SYSTEM VALUE SELECT * FROM {PARTITION} LIMIT 1",
            Refusal.DIRECT_EVENT,
        ),
    ],
)
def test_the_owner_and_a_superuser_are_refused_by_trigger(trail, fresh_database, role, sql, refused):
    with (
        contextlib.closing(fresh_database.connect(role)) as connection,
        pytest.raises(psycopg2.Error) as problem,
    ):
        connection.cursor().execute(sql)

    assert problem.value.pgcode == refused


@pytest.mark.requirement("AUD-05")
def test_replica_mode_does_not_silence_the_guards_of_the_trail(trail, fresh_database):
    with contextlib.closing(fresh_database.connect("postgres")) as connection:
        cursor = connection.cursor()
        cursor.execute("SET session_replication_role = replica")

        with pytest.raises(psycopg2.Error) as problem:
            cursor.execute("DELETE FROM audit_event")

    assert problem.value.pgcode == Refusal.TRAIL_ONLY_GROWS


@pytest.mark.requirement("AUD-06")
def test_pgtrigger_ignore_switches_nothing_off(database):
    coordinator = person()
    with audited(by=coordinator, role="ADM"):
        site = Site.objects.create(code="301", name="Hospital")
    before = AuditEvent.objects.count()

    with pgtrigger.ignore("accounts.Site:audit", "accounts.Site:refuse_delete"):
        with audited(by=coordinator, role="ADM"):
            Site.objects.filter(pk=site.pk).update(name="Clinic")
        refused = why_refused(_delete_in_savepoint)

    assert AuditEvent.objects.count() == before + 1
    assert refused == Refusal.DELETE


def _delete_in_savepoint():
    with transaction.atomic():
        run("DELETE FROM accounts_site")


@pytest.mark.requirement("AUD-06")
@pytest.mark.parametrize(
    "setting", ["search_path TO pg_temp", "pgtrigger.ignore TO '{audit}'", "timezone TO 'Asia/Tokyo'"]
)
def test_session_settings_do_not_change_what_is_recorded(database, setting):
    coordinator = person()
    run(f"SET LOCAL {setting}")
    with audited(by=coordinator, role="ADM"):
        run("INSERT INTO public.accounts_site (code, name, time_zone, country, date_order, is_active) "
            "VALUES ('301', 'Hospital', 'UTC', '', 'dmy', true)")  # fmt: skip

    run("SET LOCAL search_path TO public")
    assert AuditEvent.objects.get(table_name="accounts_site").changes["name"] == [None, "Hospital"]


def lock(by, instance, scope):
    site = instance.subject.site
    whom = {"form": {"instance": instance}, "subject": {"subject": instance.subject}, "site": {}}[scope]
    with audited(by=by, role="DM", reason="Database lock"):
        return Lock.objects.create(
            scope=scope,
            site=site,
            reason="Database lock",
            locked_by=by,
            locked_at=timezone.now(),
            confirmed_at=timezone.now(),
            **whom,
        )


@pytest.mark.requirement("QRY-06")
@pytest.mark.parametrize("scope", ["form", "subject", "site"])
def test_a_locked_form_is_read_only_on_every_path(trail, owner_connection, scope):
    manager, instance = trail
    other = form_instance(manager, code="102-0001")
    owner_connection.cursor().execute(
        SAMPLE_TABLES + "CREATE TRIGGER locked BEFORE INSERT OR UPDATE ON sample_form FOR EACH ROW "
        "EXECUTE FUNCTION refuse_locked('instance_id')"
    )
    with audited(by=manager, role="CRC"):
        run("INSERT INTO sample_form (instance_id, temp) VALUES (%s, 38), (%s, 37)", instance.pk, other.pk)
    lock(manager, instance, scope)

    def write(sql, *values):
        with audited(by=manager, role="CRC", reason="Entry error"):
            run(sql, *values)

    changed = "UPDATE sample_form SET temp = 39 WHERE instance_id = %s"
    assert why_refused(write, changed, instance.pk) == Refusal.LOCKED
    assert why_refused(write, changed, other.pk) is None
    assert (
        why_refused(write, "UPDATE casebook_forminstance SET revision = 9 WHERE id = %s", instance.pk) == Refusal.LOCKED
    )
    moved = "UPDATE sample_form SET instance_id = 999999 WHERE instance_id = %s"
    assert why_refused(write, moved, instance.pk) == Refusal.LOCKED
    with pytest.raises(psycopg2.Error, match="locked"):
        owner_connection.cursor().execute("UPDATE sample_form SET temp = 40")


@pytest.mark.requirement("QRY-06")
def test_a_locked_subject_takes_no_new_form_and_a_released_lock_lets_go(trail):
    manager, instance = trail
    standing = lock(manager, instance, "subject")

    assert why_refused(form_instance, manager, form_code="lbh") == Refusal.LOCKED

    with audited(by=manager, role="DM", reason="Unlocked"):
        Lock.objects.filter(pk=standing.pk).update(released_at=timezone.now())
    assert why_refused(form_instance, manager, form_code="lbh") is None
