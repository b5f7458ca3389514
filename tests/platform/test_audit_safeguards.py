"""Safeguards that were switched off are found in the live catalogue, unguarded models before the start."""

import pytest
from django.apps import apps

from subjects.models import Visit
from tests.platform.audit_seals import cheat, found, one, sealed_trail
from tests.platform.audit_world import run
from trial_edc.accounts.models import Site
from trial_edc.audit import clock
from trial_edc.audit.catalogue import role_problems
from trial_edc.audit.checks import every_record_is_audited
from trial_edc.audit.tasks import seal_audit
from trial_edc.audit.triggers import AuditTrigger, RefuseLocked, audited_table


@pytest.fixture
def trail(settings, tmp_path, fresh_database):
    """The writer of a trail with two seals."""
    settings.EDC_SEAL_FILE = tmp_path / "heads.log"
    return sealed_trail()


@pytest.mark.requirement("AUD-06")
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("ALTER TABLE accounts_site DISABLE TRIGGER USER", "of table accounts_site is switched off"),
        (
            "ALTER TABLE audit_event_default DISABLE TRIGGER ALL",
            "of table audit_event_default is switched off",
        ),
        ("ALTER TABLE audit_event ENABLE TRIGGER audit_trail_change", "not set to fire always"),
        ("DROP TRIGGER audit_trail_truncate ON audit_event_2030", "audit_event_2030 has no working guard"),
        (
            "CREATE OR REPLACE FUNCTION audit_capture() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            "AS $$BEGIN RETURN NULL; END$$",
            "The body of function audit_capture is not the one that was shipped",
        ),
        (
            "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
            "CREATE TRIGGER a_quiet BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION quiet()",
            "has a trigger a_quiet that was not shipped",
        ),
        ("CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING", "has rewrite rules"),
        (
            "CREATE RULE quiet AS ON UPDATE TO accounts_site DO INSTEAD NOTHING",
            "accounts_site has rewrite rules",
        ),
        ("ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY", "row security"),
        ("GRANT UPDATE ON audit_event TO edc_app", "edc_app may UPDATE on audit_event"),
        (
            "CREATE FUNCTION audit_row_digest(x text) RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'",
            "There are 2 functions named audit_row_digest",
        ),
        ("ALTER TABLE accounts_site OWNER TO edc_app", "edc_app owns tables or functions"),
    ],
)
def test_a_switched_off_safeguard_is_found(trail, fresh_database, sql, sentence):
    cheat(fresh_database, sql)

    said = [text for kind, text in found() if kind == "catalogue"]
    assert any(sentence in text for text in said), said


@pytest.mark.requirement("AUD-04")
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("CREATE ROLE {0}", None),
        ("CREATE ROLE {0} SUPERUSER", "is a superuser"),
        ("CREATE ROLE {0} REPLICATION", "may replicate"),
        ("CREATE ROLE {0} CREATEROLE", "may create roles"),
        ("CREATE ROLE {0} IN ROLE edc_owner", "is a member of another role"),
        ("CREATE ROLE {0}; GRANT CREATE ON SCHEMA public TO {0}", "may create objects in schema public"),
        (
            "CREATE ROLE {0}; GRANT SET ON PARAMETER session_replication_role TO {0}",
            "may set session_replication_role",
        ),
    ],
)
def test_a_role_that_could_get_around_the_triggers_is_found(fresh_database, sql, sentence):
    """With a role of this test alone: the real one belongs to the whole server, other tests use it now."""
    role = fresh_database.name.replace("edc_test", "cheat")
    cheat(fresh_database, sql.format(role))
    try:
        said = list(role_problems(role))
    finally:
        cheat(fresh_database, f"DROP OWNED BY {role}; DROP ROLE {role}")

    assert any(sentence in text for text in said) if sentence else said == []


@pytest.mark.requirement("AUD-06")
def test_a_trigger_with_other_arguments_or_a_condition_is_found(trail, fresh_database):
    ((name, definition),) = run(
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE tgrelid = 'accounts_site'::regclass AND tgfoid = 'audit_capture'::regproc"
    )
    drop = f"DROP TRIGGER {name} ON accounts_site;"

    cheat(fresh_database, drop + definition.replace("'', '', ''", "'', '', 'name'", 1))
    assert "has other arguments" in one("catalogue")

    cheat(fresh_database, drop + definition.replace("FOR EACH ROW", "FOR EACH ROW WHEN (new.code = '999')"))
    assert "does not fire on every write" in one("catalogue")

    cheat(fresh_database, drop)
    assert f"Table accounts_site has no trigger {name}" in one("catalogue")


@pytest.mark.requirement("TIME-03")
def test_a_production_database_that_takes_test_clocks_is_found(trail, owner_connection, settings):
    clock.mark_test_database()
    assert found() == []

    settings.EDC_ENV = "production"

    assert "marked as a test database" in one("catalogue")


def test_the_worker_seals_by_schedule():
    (job,) = apps.get_app_config("audit").beat_schedule.values()

    assert job["task"] == seal_audit.name
    assert job["schedule"] <= 3600


def test_the_view_cannot_hide_lines(trail, fresh_database):
    ((definition,),) = run("SELECT pg_get_viewdef('audit_value'::regclass)")

    cheat(
        fresh_database,
        f"CREATE OR REPLACE VIEW audit_value AS SELECT * FROM ({definition.rstrip('; ')}) v WHERE v.item <> 'name'",
    )

    assert "audit_value" in one("catalogue")


@pytest.mark.requirement("AUD-06")
@pytest.mark.parametrize(
    ("declared", "missing"),
    [
        ([], "AuditTrigger, RefuseDelete, RefuseTruncate"),
        (audited_table()[:1], "RefuseDelete, RefuseTruncate"),
    ],
)
def test_a_model_that_is_not_audited_stops_the_start(monkeypatch, declared, missing):
    monkeypatch.setattr(Site._meta, "triggers", declared)

    (error,) = every_record_is_audited(None)

    assert error.msg == f"accounts.Site holds records but does not declare {missing}."


def test_a_lock_on_a_table_outside_the_casebook_is_a_mistake():
    with pytest.raises(ValueError, match="belongs to no form instance"):
        RefuseLocked().arguments(Visit)


def test_arguments_tell_the_function_what_a_table_has():
    columns = ["id", "", "subject_id", "code", "", "", "", ""]

    assert AuditTrigger(exclude=["code"]).arguments(Visit) == columns
