"""Saving a form: one transaction of what can be right, with its reasons, queries, verification and
signatures.
"""

import threading
import uuid

import pytest
from django.db import connection

from tests import scenarios
from trial_edc.audit.models import AuditValue
from trial_edc.casebook.actions.drafts import keep_draft
from trial_edc.casebook.actions.queries import answer_query, raise_query
from trial_edc.casebook.actions.save import save_form
from trial_edc.casebook.actions.verify import verify_items
from trial_edc.casebook.models import Draft, FormInstance, Query, Signature, SourceVerification
from trial_edc.casebook.problems import NotAllowed, ReasonRequired, StaleRevision
from trial_edc.casebook.reader import read

CHANGED = {"vs.temp": "39.4", "vs.temp.reason": "entry_error"}


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def day_3(study, subject):
    return scenarios.day_3(study, subject)


def saved_values(subject, path="d3/vs"):
    slot = scenarios.slot(subject, path)
    return read(subject).record(slot.visit_code, slot.form_code, slot.seq)


@pytest.mark.requirement("AUD-01")
def test_every_value_of_a_first_save_is_in_the_trail_once(study, subject, day_3):
    lines = AuditValue.objects.filter(instance_id=day_3.pk, item="vsorres")

    assert day_3.status == "complete"
    assert sorted(line.new for line in lines) == sorted(
        text for name, text in scenarios.DAY_3_SIGNS.items() if name != "vs.o2sup"
    )
    assert {line.actor_name for line in lines} == {"Mei Lin"}
    assert {line.role for line in lines} == {"CRC"}


def test_values_come_back_exact_and_as_typed(study, subject):
    scenarios.save(study, subject, "d3/vs", {"vs.temp": "38.40"})

    record = saved_values(subject)

    assert str(record["temp"]) in ("38.4", "38.40", "38.400000")
    assert record.meta["temp"]["typed"] == "38.40"


@pytest.mark.requirement("DATA-02")
def test_a_change_without_reason_writes_nothing_and_names_it(study, subject, day_3):
    with pytest.raises(ReasonRequired) as refused:
        scenarios.save(study, subject, "d3/vs", {"vs.temp": "39.4", "vs.resp": "ND"})

    assert [(c.address, c.old, c.new) for c in refused.value.changes] == [
        ("temp", "38.4\u00a0°C", "39.4\u00a0°C"),
        ("resp", "18\u00a0breaths/min", "Not done"),
    ]
    assert FormInstance.objects.get(pk=day_3.pk).revision == 1
    assert saved_values(subject)["temp"] == 38.4 or str(saved_values(subject)["temp"]).startswith("38.4")


@pytest.mark.requirement("AUD-03")
def test_one_changed_field_is_one_line_with_its_own_reason(study, subject, day_3):
    scenarios.save(study, subject, "d3/vs", CHANGED)

    lines = AuditValue.objects.filter(instance_id=day_3.pk, item="vsorres").exclude(old=None)
    assert [(line.old, line.new, line.reason) for line in lines] == [("38.4", "39.4", "Entry error")]


def test_what_cannot_be_right_waits_in_the_draft_and_the_rest_is_saved(study, subject):
    saved = scenarios.save(study, subject, "d3/vs", {**scenarios.DAY_3_SIGNS, "vs.pulse": "fast"})

    assert set(saved.held) == {"pulse"}
    assert saved.instance.status == "partial"
    assert saved_values(subject)["sysbp"] == 118
    assert saved_values(subject)["pulse"] is None
    draft = Draft.objects.get(user=study["crc1"])
    assert draft.values == {"vs.pulse": "fast"}
    assert draft.messages["pulse"] == saved.held["pulse"]


def test_a_form_of_which_nothing_can_be_right_is_not_born(study, subject):
    saved = scenarios.save(study, subject, "d3/vs", {"vs.pulse": "fast"})

    assert saved.instance is None
    assert not FormInstance.objects.filter(form_code="vs").exists()
    assert Draft.objects.get().values == {"vs.pulse": "fast"}


def test_a_save_of_everything_ends_the_draft(study, subject):
    keep_draft(by=study["crc1"], slot=scenarios.slot(subject, "d3/vs"), values={"vs.temp": "38"})

    scenarios.day_3(study, subject)

    assert not Draft.objects.exists()


@pytest.mark.requirement("DATA-09")
def test_a_stale_revision_shows_both_sides_and_writes_nothing(study, subject, day_3):
    theirs = {
        "vs.temp": "39.1",
        "vs.temp.reason": "source_corrected",
        "vs.weight": "61",
        "vs.weight.reason": "entry_error",
    }
    scenarios.save(study, subject, "d3/vs", theirs, by="crc2", revision=1)

    with pytest.raises(StaleRevision) as refused:
        scenarios.save(
            study,
            subject,
            "d3/vs",
            {**scenarios.DAY_3_SIGNS, "vs.temp": "39.4", "vs.pulse": "118"},
            revision=1,
        )

    merge = refused.value.merge
    assert merge.by_name == "Li Wei"
    assert [(f.name, f.opened, f.theirs, f.mine) for f in merge.to_choose] == [
        ("vs.temp", "38.4\u00a0°C", "39.1\u00a0°C", "39.4\u00a0°C")
    ]
    assert {f.name: f.outcome for f in merge.merged} == {"vs.pulse": "mine", "vs.weight": "theirs"}
    assert FormInstance.objects.get(pk=day_3.pk).revision == 2


def test_a_submit_sent_twice_changes_nothing_the_second_time(study, subject):
    token = uuid.uuid4()
    first = scenarios.save(study, subject, "d3/vs", scenarios.DAY_3_SIGNS, revision=0, token=token)
    n_lines = AuditValue.objects.count()

    again = scenarios.save(study, subject, "d3/vs", scenarios.DAY_3_SIGNS, revision=0, token=token)

    assert again.is_repeat
    assert again.instance == first.instance
    assert AuditValue.objects.count() == n_lines


def test_the_same_values_saved_again_are_no_new_version(study, subject, day_3):
    scenarios.signed(study, scenarios.adverse_event(study, subject))
    event = FormInstance.objects.get(form_code="ae")

    scenarios.save(study, subject, "ae/1", {"ae.aetreat": "N"})

    event.refresh_from_db()
    assert event.revision == 1
    assert Signature.objects.get().voided_at is None


def test_a_finding_left_unexplained_opens_one_query_that_closes_itself(study, subject):
    raw = {**scenarios.DAY_3_SIGNS, "vs.pulse": "160"}
    first = scenarios.save(study, subject, "d3/vs", raw)
    scenarios.save(study, subject, "d3/vs", {"vs.resp": "19", "vs.resp.reason": "entry_error"})
    query = Query.objects.get(instance=first.instance)

    closing = scenarios.save(study, subject, "d3/vs", {"vs.pulse": "130", "vs.pulse.reason": "entry_error"})

    query.refresh_from_db()
    assert [one.item for one in first.opened] == ["pulse"]
    assert closing.n_closed == 1
    assert query.state == "closed"
    assert [turn.action for turn in query.messages.order_by("pk")] == ["opened", "resolved"]


def test_a_value_kept_with_its_source_opens_no_query(study, subject):
    scenarios.save(study, subject, "d3/vs", {**scenarios.DAY_3_SIGNS, "vs.sysbp": "82", "vs.sysbp.keep": "source"})

    assert not Query.objects.filter(instance__form_code="vs").exists()
    assert saved_values(subject).meta["sysbp"]["kept"]["why"] == "source"


@pytest.mark.requirement("QRY-02")
def test_a_correction_answers_the_query_on_it(study, subject, day_3):
    query = raise_query(by=study["cra1"], instance=day_3, item="temp", text="The chart shows 39.4. Which is correct?")

    scenarios.save(study, subject, "d3/vs", CHANGED)

    query.refresh_from_db()
    assert query.state == "answered"
    assert query.messages.last().text == "38.4\u00a0°C → 39.4\u00a0°C: Entry error"


@pytest.mark.requirement("QRY-04")
def test_only_the_changed_item_needs_verifying_again(study, subject, day_3):
    verify_items(by=study["cra1"], instance=day_3, revision=1, items=["temp", "pulse"])

    scenarios.save(study, subject, "d3/vs", CHANGED)

    assert dict(SourceVerification.objects.values_list("item", "needs_again")) == {
        "temp": True,
        "pulse": False,
    }


@pytest.mark.requirement("ESIG-06")
def test_a_change_voids_the_signature_and_says_why(study, subject):
    event = scenarios.adverse_event(study, subject)
    scenarios.signed(study, event)

    scenarios.save(study, subject, "ae/1", {"ae.aetreat": "Y", "ae.aetreat.reason": "source_corrected"})

    signature = Signature.objects.get()
    assert signature.voided_at is not None
    assert "Source corrected (Mei Lin)" in signature.void_cause


def test_answering_a_query_voids_nothing(study, subject):
    event = scenarios.adverse_event(study, subject)
    scenarios.signed(study, event)
    query = raise_query(by=study["cra1"], instance=event, item="aeterm", text="Which word does the chart use?")

    answer_query(by=study["crc1"], query=query, text="tired")

    assert Signature.objects.get().voided_at is None


@pytest.mark.requirement("DATA-03")
@pytest.mark.parametrize("who", ["cra1", "dm1", "mm1", "stat1", "aud1", "admin1", "lab1", "mfr1", "nurse1", "crc3"])
def test_nobody_but_the_site_enters_its_forms(study, subject, who):
    with pytest.raises(NotAllowed):
        scenarios.save(study, subject, "d3/vs", scenarios.DAY_3_SIGNS, by=who)

    assert not FormInstance.objects.filter(form_code="vs").exists()


@pytest.mark.parametrize("path", ["d3/ae", "d99/vs", "uns1/vs", "d3/nothing", "d3/vs/0", "vs/1"])
def test_a_form_that_has_no_place_there_is_refused_in_words(study, subject, path):
    with pytest.raises(NotAllowed, match=r"\w+ .*\.$"):
        scenarios.save(study, subject, path, {"vs.temp": "38"})


def test_two_people_who_start_a_log_entry_get_two_entries(study, subject):
    scenarios.adverse_event(study, subject, seq=1)

    second = scenarios.save(study, subject, "ae/1", {"ae.aeterm": "headache"}, by="crc2", revision=0)

    assert second.slot.seq == 2
    assert FormInstance.objects.filter(form_code="ae").count() == 2


@pytest.mark.requirement("DATA-09")
def test_of_two_saves_at_once_one_is_stale(fresh_database):
    study = scenarios.study()
    subject = scenarios.infused_subject(study)
    slot, outcomes, start = scenarios.slot(subject, "d3/vs"), [], threading.Barrier(2)

    def save(who, temperature):
        start.wait()
        try:
            save_form(by=study[who], slot=slot, raw={"vs.temp": temperature}, revision=0)
            outcomes.append("saved")
        except StaleRevision:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in (("crc1", "38.1"), ("crc2", "38.2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["saved", "stale"]
    assert FormInstance.objects.filter(form_code="vs").count() == 1


@pytest.mark.requirement("AUD-03")
def test_a_measured_value_is_one_line_of_the_trail(day_3):
    lines = AuditValue.objects.filter(instance_id=day_3.pk, table_name="assessments_vitalsignrow")
    typed = lines.filter(item="vsorres")

    assert typed.count() == 7
    assert not lines.filter(event__in=typed.values("event_id")).exclude(item="vsorres").exists()
    temperature = typed.get(new="38.4")
    assert temperature.beside["vstestcd"] == [None, "temp"]
    assert temperature.beside["vsorresu"] == [None, "C"]
