"""A change of one form brings the forms that read it up to date: values, queries, signatures, dose level."""

from datetime import timedelta

import pytest

from subjects.crfs.mfg import Manufacture
from tests import scenarios
from trial_edc.audit.models import AuditEvent
from trial_edc.casebook.actions.lock import lock_form
from trial_edc.casebook.actions.verify import verify_items
from trial_edc.casebook.actions.withdraw import withdraw_form
from trial_edc.casebook.models import FormInstance, Query, Signature
from trial_edc.crf.registry import readers

CRITICAL = ["aeterm", "aestdtc", "aetoxgr", "aeser", "aerelu87", "aedlt", "aesi"]


@pytest.fixture
def study(db):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study, days_ago=90)


def on(subject, days_ago):
    return (scenarios.today(subject.site) - timedelta(days=days_ago)).isoformat()


def save(study, subject, path, by="crc1", **typed):
    form = path.split("/")[1] if not path.split("/")[1].isdigit() else path.split("/")[0]
    raw = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
    return scenarios.save(study, subject, path, raw, by=by)


def instance(subject, form, **more):
    return FormInstance.objects.get(subject=subject, form_code=form, **more)


@pytest.fixture
def infused(study, subject):
    """Leukapheresis 50 days ago, infused 20 days ago."""
    save(study, subject, "aph/aph", aphstdtc=f"{on(subject, 50)} 09:00")
    save(study, subject, "mfg/mfg", by="mfr1", mfgbatch="LOT-1", mfgstdt=on(subject, 49))
    save(study, subject, "d0/inf", infdtc=f"{on(subject, 20)} 10:00", infnum="1", infbatch="LOT-1")
    return subject


def test_a_derived_item_of_another_form_follows(study, infused):
    mfg = instance(infused, "mfg")
    assert Manufacture.objects.get(pk=mfg.pk).mfgv2v == 30

    save(study, infused, "aph/aph", aphstdtc=f"{on(infused, 52)} 09:00", aphstdtc__reason="entry_error")

    assert Manufacture.objects.get(pk=mfg.pk).mfgv2v == 32
    assert instance(infused, "mfg").revision == mfg.revision + 1


def test_the_trail_names_the_system_and_the_cause(study, infused):
    save(study, infused, "aph/aph", aphstdtc=f"{on(infused, 52)} 09:00", aphstdtc__reason="entry_error")

    event = AuditEvent.objects.filter(table_name="subjects_manufacture").order_by("id").last()

    assert event.changes["mfgv2v"] == [30, 32]
    assert (event.actor_name, event.source) == ("System", "system")
    assert event.reason == "Follows from Leukapheresis (APH), saved by Mei Lin"


def test_a_derived_change_voids_the_signature_and_says_why(study, infused):
    event = scenarios.adverse_event(study, infused)
    scenarios.signed(study, event)

    save(study, infused, "d0/inf", infdtc=f"{on(infused, 1)} 10:00", infdtc__reason="entry_error")

    signature = Signature.objects.get(instance=event)
    assert signature.voided_at is not None
    assert signature.void_cause.startswith("Treatment-emergent: Yes → No (Follows from Infusion")


def test_a_query_across_forms_opens_and_closes_with_the_other_form(study, infused):
    visit = save(study, infused, "d7/sv", svstdtc=on(infused, 13), svocc="Y").instance
    assert not Query.objects.filter(instance=visit).exists()

    save(study, infused, "d0/inf", infdtc=f"{on(infused, 25)} 10:00", infdtc__reason="entry_error")
    opened = Query.objects.get(instance=visit, rule="visit_is_in_its_window")
    assert (opened.state, opened.opened_by.full_name) == ("open", "System")

    save(study, infused, "d0/inf", infdtc=f"{on(infused, 20)} 10:00", infdtc__reason="entry_error")
    opened.refresh_from_db()
    assert opened.state == "closed"


def test_what_is_entered_in_error_is_followed_too(study, subject):
    died = {"dthdtc": on(subject, 3), "dthcaus": "PD", "dthrel": "UNRELATED", "dthsrc": "RECORD"}
    death = save(study, subject, "dd/1", **died).instance
    alive = {"svdt": on(subject, 1), "svstat": "ALIVE", "svlka": on(subject, 1), "svsrc": "VISIT"}
    seen = save(study, subject, "m2/surv", **alive).instance
    asked = Query.objects.get(instance=seen, rule="status_fits_recorded_death")

    withdraw_form(by=study["crc1"], instance=death, revision=1, reason="another person's death")

    asked.refresh_from_db()
    assert asked.state == "closed"


def test_a_locked_form_keeps_its_value_and_is_asked_about(study, infused):
    event = scenarios.adverse_event(study, infused)
    scenarios.signed(study, event)
    verify_items(by=study["cra1"], instance=event, revision=1, items=CRITICAL)
    lock_form(by=study["dm1"], form=event, reason="database lock")

    save(study, infused, "d0/inf", infdtc=f"{on(infused, 1)} 10:00", infdtc__reason="entry_error")

    event.refresh_from_db()
    query = Query.objects.get(instance=event, rule="follows_its_source")
    assert event.revision == 1
    assert "would now be No" in query.messages.get().text


def test_the_dose_level_of_the_subject_is_the_one_assigned(study, subject):
    form = save(study, subject, "aph/dla", dllevel="DL2", dlcoh="2", dladt=on(subject, 50)).instance
    subject.refresh_from_db()
    assert subject.cohort == "DL2"

    save(study, subject, "aph/dla", dllevel="DL1", dllevel__reason="entry_error")
    subject.refresh_from_db()
    assert subject.cohort == "DL1"
    assert form is not None


def test_only_forms_that_declare_the_source_are_looked_at():
    assert "mfg" in readers("aph")
    assert "crs" in readers("vs")
    assert "ecog" not in readers("vs")


def test_what_the_system_derived_meanwhile_is_no_clash(study, infused):
    mfg = instance(infused, "mfg")
    save(study, infused, "aph/aph", aphstdtc=f"{on(infused, 52)} 09:00", aphstdtc__reason="entry_error")

    raw = {"mfg.mfgendt": on(infused, 30)}
    scenarios.save(study, infused, "mfg/mfg", raw, by="mfr1", revision=mfg.revision)

    assert instance(infused, "mfg").revision == mfg.revision + 2
