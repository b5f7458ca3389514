"""Cheating behind the triggers, as owner and superuser: `verify_audit` finds it and names the row."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.platform.audit_seals import (
    add_site,
    cheat,
    found,
    one,
    seal_when_quiet,
    sealed_trail,
    wait_until_finished,
)
from trial_edc.accounts.models import Site
from trial_edc.audit import seals
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
    """The writer of a trail with two seals."""
    return sealed_trail()


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
        f"ALTER TABLE accounts_site DISABLE TRIGGER USER;{change} ALTER TABLE accounts_site ENABLE TRIGGER USER;"
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
