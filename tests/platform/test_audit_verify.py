"""Cheating behind the triggers, as owner and superuser: `verify_audit` finds it and names the row."""

import contextlib
import json
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tests.platform.audit_world import form_instance, person, run
from trial_edc.accounts.models import Site
from trial_edc.audit import clock, seals
from trial_edc.audit.catalogue import role_problems
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditEvent, AuditSeal
from trial_edc.audit.tasks import seal_audit
from trial_edc.audit.verify import verify

TRAIL_OFF = "ALTER TABLE audit_event DISABLE TRIGGER audit_trail_change;"
TRAIL_ON = "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_trail_change;"


@pytest.fixture
def heads(settings, tmp_path):
    """The head file of this test."""
    settings.EDC_SEAL_FILE = tmp_path / "heads.log"
    return settings.EDC_SEAL_FILE


@pytest.fixture
def trail(heads, fresh_database):
    """A trail with two seals: people and a form in the first, two sites in the second."""
    writer = person()
    form_instance(writer)
    seal_when_quiet()
    add_site(writer, "301")
    add_site(writer, "302")
    seal_when_quiet()
    return writer


def wait_until_finished():
    """Wait until no transaction of the server is older than the newest event: other tests run beside."""
    run(
        """DO $$ BEGIN FOR attempt IN 1..1000 LOOP
            EXIT WHEN pg_snapshot_xmin(pg_current_snapshot()) > ALL (SELECT xid FROM audit_event);
            PERFORM pg_sleep(0.01);
        END LOOP; END $$"""
    )


def seal_when_quiet():
    wait_until_finished()
    return seals.seal()


def add_site(writer, code):
    with audited(by=writer, role="ADM"):
        Site.objects.create(code=code, name=f"Hospital {code}")
    return AuditEvent.objects.latest("id")


def cheat(fresh_database, sql, role="postgres"):
    """Run SQL as superuser (or owner) in one transaction."""
    with contextlib.closing(fresh_database.connect(role)) as cheater:
        cheater.cursor().execute(sql)


def found():
    """(check, sentence) of each finding."""
    return [(finding.check, finding.sentence) for finding in verify().findings]


def one(check):
    """The sentence of the one finding of this kind."""
    sentences = [sentence for kind, sentence in found() if kind == check]
    assert len(sentences) == 1, sentences
    return sentences[0]


@pytest.mark.requirement("AUD-05")
def test_an_honest_trail_verifies(trail):
    result = verify()

    assert result.findings == ()
    assert (result.n_seals, result.n_not_sealed) == (2, 0)
    assert result.n_events == AuditEvent.objects.count()
    assert result.n_tables >= 10


def test_events_after_the_last_seal_are_counted(trail):
    add_site(trail, "303")

    assert verify().n_not_sealed == 1
    assert verify().findings == ()


def test_sealing_again_without_news_makes_no_seal(trail, heads):
    assert seals.seal() is None
    seal_audit()

    assert AuditSeal.objects.count() == 2
    assert [number for number, _head in seals.read_heads(heads)] == [1, 2]


def test_a_seal_waits_for_a_transaction_that_is_still_open(trail, owner_connection):
    """Its number is lower than that of a finished one; sealing past it would leave a hole."""
    other = owner_connection.cursor()
    other.execute("BEGIN")
    other.execute("SELECT pg_current_xact_id()")
    late = add_site(trail, "303")

    assert seals.seal() is None
    other.execute("COMMIT")
    assert seal_when_quiet().last_id == late.pk


@pytest.mark.requirement("AUD-05")
@pytest.mark.parametrize("role", ["edc_owner", "postgres"])
def test_a_changed_event_is_named(trail, fresh_database, role):
    event = AuditEvent.objects.filter(table_name="accounts_site").latest("id")

    cheat(
        fresh_database,
        f"{TRAIL_OFF} UPDATE audit_event SET reason = 'nicer' WHERE id = {event.pk}; {TRAIL_ON}",
        role,
    )

    assert verify().findings[0].event_id == event.pk
    assert one("seal").startswith(f"Event {event.pk} (accounts_site row {event.row_pk}")


@pytest.mark.requirement("AUD-05")
def test_the_first_of_several_changed_events_is_named_and_the_others_counted(trail, fresh_database):
    first = AuditEvent.objects.earliest("id")

    cheat(fresh_database, f"{TRAIL_OFF} UPDATE audit_event SET role = 'PI'; {TRAIL_ON}")

    n_others = AuditEvent.objects.count() - 1
    assert f"Event {first.pk} " in one("seal")
    assert f"{n_others} more do not fit" in one("seal")


@pytest.mark.requirement("AUD-05")
def test_a_removed_event_is_named(trail, fresh_database):
    event = AuditEvent.objects.filter(table_name="accounts_site").earliest("id")

    cheat(fresh_database, f"{TRAIL_OFF} DELETE FROM audit_event WHERE id = {event.pk}; {TRAIL_ON}")

    assert f"Event {event.pk} is the first that does not fit: it is gone" in one("seal")


@pytest.mark.requirement("AUD-05")
def test_an_event_added_behind_the_seals_is_named(trail, fresh_database):
    columns = [field.column for field in AuditEvent._meta.concrete_fields if field.column != "id"]
    names = ", ".join(columns)
    cheat(
        fresh_database,
        "ALTER TABLE audit_event DISABLE TRIGGER audit_trail_insert;"
        f"INSERT INTO audit_event ({names}) SELECT {names} FROM audit_event "
        "WHERE table_name = 'subjects_subject';"
        "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_trail_insert;",
    )

    assert "was added behind the seals" in one("seal")


@pytest.mark.requirement("AUD-05")
@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE audit_seal SET head = 'aa' WHERE id = 1", "Seal 1 does not have the head"),
        (
            "UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day' WHERE id = 2",
            "Seal 2 does not have",
        ),
        ("UPDATE audit_seal SET previous = '' WHERE id = 2", "Seal 2 does not continue"),
        ("DELETE FROM audit_seal WHERE id = 1", "Before seal 2 a seal is missing"),
    ],
)
def test_a_changed_seal_is_found(trail, fresh_database, sql, sentence):
    table_off = "ALTER TABLE audit_seal DISABLE TRIGGER audit_trail_change;"
    table_on = "ALTER TABLE audit_seal ENABLE ALWAYS TRIGGER audit_trail_change;"

    cheat(fresh_database, f"{table_off} {sql}; {table_on}")

    assert any(kind == "chain" and said.startswith(sentence) for kind, said in found())


@pytest.mark.requirement("AUD-05")
def test_an_event_changed_with_its_digest_and_head_is_caught_by_the_head_file(trail, fresh_database):
    event = AuditEvent.objects.latest("id")
    tables = ("audit_event", "audit_sealed_row", "audit_seal")
    off = "".join(f"ALTER TABLE {table} DISABLE TRIGGER audit_trail_change;" for table in tables)
    on = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_trail_change;" for table in tables)

    cheat(
        fresh_database,
        f"{off} UPDATE audit_event SET reason = 'nicer' WHERE id = {event.pk};"
        "UPDATE audit_sealed_row r SET digest = audit_event_digest(e) FROM audit_event e "
        "WHERE e.id = r.event_id;"
        f"UPDATE audit_seal s SET head = audit_seal_head(s); {on}",
    )

    assert found() == [("heads", "Seal 2 has another head in the database than in the head file.")]


@pytest.mark.requirement("AUD-05")
def test_seals_cut_off_at_the_end_are_missed_by_the_head_file(trail, fresh_database):
    tables = ("audit_event", "audit_sealed_row", "audit_seal")
    off = "".join(f"ALTER TABLE {table} DISABLE TRIGGER audit_trail_change;" for table in tables)
    on = "".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_trail_change;" for table in tables)

    cheat(
        fresh_database,
        f"{off} DELETE FROM audit_event e USING audit_sealed_row r WHERE r.event_id = e.id AND r.seal_id = 2;"
        f"DELETE FROM audit_sealed_row WHERE seal_id = 2; DELETE FROM audit_seal WHERE id = 2; {on}",
    )

    assert ("heads", "The head file holds seal 2, the database does not.") in found()


def test_a_lost_or_broken_head_file_is_found(trail, heads):
    kept = heads.read_text()

    heads.write_text(kept + "nonsense\n")
    assert "line 3" in one("heads")

    heads.unlink()
    with pytest.raises(seals.HeadFileBroken, match="gone"):
        seals.seal()


def test_a_head_that_a_crash_kept_from_the_file_is_written_next_time(trail, heads):
    heads.write_text(heads.read_text().splitlines(keepends=True)[0])

    seals.seal()

    assert [number for number, _head in seals.read_heads(heads)] == [1, 2]


@pytest.mark.requirement("AUD-05")
@pytest.mark.parametrize("way", ["trigger off", "replica mode"])
def test_a_record_changed_with_the_trigger_off_is_found_after_it_is_on_again(trail, fresh_database, way):
    site = Site.objects.get(code="301")
    change = f"UPDATE accounts_site SET name = 'Elsewhere' WHERE id = {site.pk};"
    cheat(
        fresh_database,
        "ALTER TABLE accounts_site DISABLE TRIGGER USER;"
        f"{change} ALTER TABLE accounts_site ENABLE TRIGGER USER;"
        if way == "trigger off"
        else f"SET session_replication_role = replica; {change}",
    )

    assert one("rows").startswith(f"Row {site.pk} of accounts_site was changed unrecorded")


@pytest.mark.requirement("AUD-05")
def test_a_record_added_or_removed_with_the_trigger_off_is_found(trail, fresh_database):
    site = Site.objects.get(code="302")
    off = "ALTER TABLE accounts_site DISABLE TRIGGER USER;"
    on = "ALTER TABLE accounts_site ENABLE TRIGGER USER;"

    for sql in (off, f"DELETE FROM accounts_site WHERE id = {site.pk}", on):
        cheat(fresh_database, sql)
    assert f"Row {site.pk} of accounts_site is gone" in one("rows")

    cheat(
        fresh_database,
        f"{off} INSERT INTO accounts_site (code, name, time_zone, country, date_order, is_active) "
        f"VALUES ('399', 'Nowhere', 'UTC', '', 'dmy', true); {on}",
    )
    assert "was never recorded" in one("rows")


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
        f"CREATE OR REPLACE VIEW audit_value AS SELECT * FROM ({definition.rstrip('; ')}) v "
        "WHERE v.item <> 'name'",
    )

    assert "audit_value" in one("catalogue")


@pytest.mark.requirement("BCP-02")
def test_a_copy_in_another_cluster_goes_on_with_the_chain(trail, fresh_database):
    """Transaction numbers start again in a restored copy; here the seals are made to come from elsewhere."""
    tables = "ALTER TABLE {0} {1} TRIGGER audit_trail_change;"
    off, on = tables.format("audit_seal", "DISABLE"), tables.format("audit_seal", "ENABLE ALWAYS")
    late = add_site(trail, "303")
    cheat(fresh_database, f"{off} UPDATE audit_seal SET cluster = 'old', horizon = '99999999999'; "
          f"UPDATE audit_seal s SET head = audit_seal_head(s) WHERE id = 1; {on}")  # fmt: skip

    made = seal_when_quiet()

    assert (made.first_id, made.n_rows) == (late.pk, 1)
    assert verify().n_not_sealed == 0


def test_the_command_prints_sentences_and_fails_when_something_does_not_fit(trail, fresh_database):
    told = StringIO()
    call_command("verify_audit", stdout=told)
    assert "0 findings" in told.getvalue()

    cheat(fresh_database, f"{TRAIL_OFF} UPDATE audit_event SET role = 'PI'; {TRAIL_ON}")

    told = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("verify_audit", "--json", stdout=told)
    assert failure.value.returncode == 1
    assert json.loads(told.getvalue())["findings"][0]["check"] == "seal"


def test_the_seal_command_says_what_it_did(trail, heads):
    add_site(trail, "303")
    wait_until_finished()

    told = StringIO()
    call_command("seal_audit", stdout=told)
    assert told.getvalue().startswith("Seal 3 covers 1 events")
    told = StringIO()
    call_command("seal_audit", stdout=told)
    assert told.getvalue().startswith("Nothing to seal")
