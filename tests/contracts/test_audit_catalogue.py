"""Every table that holds records is audited, in the live catalogue and not only in the models."""

import hashlib

import pytest
from django.db import connection

from trial_edc.audit.catalogue import FIRES, catalogue_problems, live_triggers
from trial_edc.audit.checks import every_record_is_audited
from trial_edc.audit.guarded import NOT_AUDITED, declared_triggers, guarded_models
from trial_edc.audit.shipped import SCRIPTS, shipped_functions


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.requirement("AUD-06")
def test_every_model_that_holds_records_declares_its_triggers():
    assert every_record_is_audited(None) == []
    assert len(list(guarded_models())) >= 10


@pytest.mark.requirement("AUD-06")
def test_the_live_catalogue_has_nothing_to_say(database):
    assert list(catalogue_problems()) == []


@pytest.mark.requirement("AUD-06")
def test_every_audited_table_has_its_enabled_triggers(database):
    live = {(trigger.table, trigger.function) for trigger in live_triggers() if trigger.enabled in FIRES}
    wanted = {
        (model._meta.db_table, declared.function) for model in guarded_models() for declared in declared_triggers(model)
    }

    assert wanted - live == set()
    assert len(wanted) >= 30


@pytest.mark.requirement("AUD-06")
def test_function_bodies_are_the_shipped_ones(database):
    live = dict(rows("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
    shipped = {name: function.body for name, function in shipped_functions().items()}

    def digest(body):
        return hashlib.sha256(body.encode()).hexdigest()

    assert {name: digest(live[name]) for name in shipped} == {name: digest(b) for name, b in shipped.items()}
    assert {"audit_capture", "refuse_locked", "edc_is_locked", "edc_now", "audit_make_seal"} <= shipped.keys()


def test_every_function_of_the_scripts_is_compared():
    written = sum(path.read_text().count("CREATE OR REPLACE FUNCTION") for path in SCRIPTS.glob("*.sql"))

    assert written == len(shipped_functions())


def test_functions_that_run_as_owner_have_a_fixed_search_path(database):
    loose = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
        "AND NOT coalesce(proconfig::text LIKE '%search_path=pg_catalog%', false)"
    )

    assert loose == []


def test_no_generated_pgtrigger_function_is_attached(database):
    attached = rows(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE p.proname LIKE 'pgtrigger\\_%' AND p.prosrc LIKE '%_pgtrigger_should_ignore%'"
    )

    assert attached == []


def test_what_is_not_audited_exists_and_says_why():
    from django.apps import apps

    for label, why in NOT_AUDITED.items():
        assert apps.get_model(label)
        assert len(why) > 15


def test_there_is_a_partition_for_the_years_ahead(database):
    found = {name for (name,) in rows("SELECT inhrelid::regclass::text FROM pg_inherits WHERE "
                                      "inhparent = 'audit_event'::regclass")}  # fmt: skip

    assert {"audit_event_2026", "audit_event_2031", "audit_event_default"} <= found
