"""Items only some may answer: grade and causes of an adverse event are an investigator's judgement."""

import pytest
from django.test import Client

from tests import scenarios
from trial_edc.accounts.actions import end_delegation
from trial_edc.casebook.models import Draft, FormInstance
from trial_edc.casebook.reader import read

pytestmark = pytest.mark.requirement("SAF-08")
JUDGED = ("aetoxgr", "aerelu87", "aerelld", "aerelaph", "aereloth")
FACTS = {
    "ae.aeterm": "tired",
    "ae.aectcae": "Fatigue",
    "ae.aestdtc": "un jan 2026",
    "ae.aeout": "RECOVERING",
    "ae.aeser": "N",
    "ae.aeacn": "NONE",
    "ae.aetreat": "N",
    "ae.aedlt": "N",
    "ae.aesi": "NONE",
}
JUDGEMENT = {"ae.aetoxgr": "2", **{f"ae.{item}": "POSSIBLE" for item in JUDGED[1:]}}


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study, day=9)


def values(subject):
    record = read(subject, {"ae"}).record("", "ae", 1)
    return {item: record[item] for item in JUDGED}


def test_a_coordinator_saves_the_facts_and_no_judgement(study, subject):
    saved = scenarios.save(study, subject, "ae/1", FACTS | JUDGEMENT)

    assert set(saved.held) == set(JUDGED)
    assert "Judge causality as investigator" in saved.held["aerelu87"]
    assert saved.instance.status == "partial"
    assert set(values(subject).values()) == {None}
    assert read(subject, {"ae"}).record("", "ae", 1)["aeterm"] == "tired"
    assert Draft.objects.get(user=study["crc1"]).values["ae.aerelu87"] == "POSSIBLE"


def test_the_event_is_complete_when_an_investigator_has_judged(study, subject):
    scenarios.save(study, subject, "ae/1", FACTS)

    saved = scenarios.save(study, subject, "ae/1", JUDGEMENT, by="pi1")

    assert not saved.held
    assert saved.instance.status == "complete"
    assert values(subject)["aerelu87"] == "POSSIBLE"


def test_a_coordinator_changes_and_clears_no_judgement(study, subject):
    scenarios.adverse_event(study, subject)
    reasons = {"ae.aerelu87.reason": "entry_error", "ae.aetoxgr.reason": "entry_error"}

    changed = scenarios.save(study, subject, "ae/1", {"ae.aerelu87": "UNRELATED", "ae.aetoxgr": "", **reasons})

    assert set(changed.held) == {"aerelu87", "aetoxgr"}
    form = FormInstance.objects.get(form_code="ae")
    assert (form.revision, form.status) == (1, "complete")
    assert values(subject)["aerelu87"] == "POSSIBLE"
    assert values(subject)["aetoxgr"] == "2"


def test_a_sub_investigator_judges_only_where_the_task_is_delegated(study, subject):
    assert not scenarios.save(study, subject, "ae/1", FACTS | JUDGEMENT, by="si1").held

    task = study["si1"].delegations.get(task="assess_safety")
    end_delegation(by=study["pi1"], delegation=task, reason="left the study team")
    saved = scenarios.save(study, subject, "ae/2", FACTS | JUDGEMENT, by="si1")

    assert "delegation log" in saved.held["aerelu87"]


def test_the_page_shows_judgements_to_a_coordinator_as_text(study, subject):
    scenarios.adverse_event(study, subject)
    browser = Client()
    address = f"/subjects/{subject.code}/ae/1/"

    browser.force_login(study["crc1"])
    coordinator = browser.get(address).content.decode()
    browser.force_login(study["pi1"])
    investigator = browser.get(address).content.decode()

    for item in JUDGED:
        assert f'name="ae.{item}"' not in coordinator
        assert f'name="ae.{item}"' in investigator
    assert "Possible" in coordinator
    assert 'name="ae.aeterm"' in coordinator


def test_a_posted_judgement_is_told_and_not_saved(study, subject):
    browser = Client()
    browser.force_login(study["crc1"])

    answer = browser.post(f"/subjects/{subject.code}/ae/1/", FACTS | JUDGEMENT | {"_revision": "0"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count("does not include: Judge causality as investigator.") >= len(JUDGED)
    assert set(values(subject).values()) == {None}
