"""The eligibility sheet: criteria beside their data, what is open, who may plan."""

from datetime import timedelta

import pytest

from subjects.actions.subjects import GateClosed, plan_dates
from tests import scenarios
from tests.subjects.test_ie import answers
from trial_edc.casebook.models import FormInstance


@pytest.fixture
def study(db):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study, days_ago=20)


def confirm(study, subject, **changed):
    typed = {f"ie.{name.replace('__', '.')}": text for name, text in answers("scr", ieelig="Y", **changed).items()}
    on = scenarios.today(subject.site) - timedelta(days=10)
    typed = {name: on.isoformat() if ".iedat." in f".{name}" else text for name, text in typed.items()}
    return scenarios.save(study, subject, "scr/ie", typed).instance


def sheet(client, study, subject, who="crc1", at="scr"):
    client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")
    return client.get(f"/subjects/{subject.code}/eligibility/?at={at}").content.decode()


def test_what_is_open_is_listed(client, study, subject):
    confirm(study, subject, ieorres__inc09="N", ieorres__exc06="")

    page = sheet(client, study, subject)

    assert "Cannot enrol: 2 criteria open" in page
    assert 'data-open="2"' in page
    assert 'href="#ie.ieorres.inc09"' in page


def test_each_criterion_stands_beside_its_data(client, study, subject):
    on = scenarios.today(subject.site) - timedelta(days=10)
    typed = {"lbh.lbdtc": f"{on.isoformat()} 08:00", "lbh.anc": "1.2", "lbh.alc": "0.9", "lbh.plt": "210"}
    scenarios.save(study, subject, "scr/lbh", {**typed, "lbh.hgb": "128"})
    confirm(study, subject)

    page = sheet(client, study, subject)
    marrow = page.split('data-testid="facts-ie.ieorres.inc09"')[1].split("</div>")[0]

    assert 'data-verdict="not-met"' in marrow
    assert "Neutrophils 1.2" in marrow
    assert "10 days old" in marrow
    doubts = page.split('data-testid="eligibility-doubts"')[1]
    assert "INC09" in doubts


def test_leukapheresis_is_planned_after_the_signature_alone(study, subject):
    planned = scenarios.today(subject.site) + timedelta(days=5)
    form = confirm(study, subject)
    with pytest.raises(GateClosed, match="has not signed"):
        plan_dates(by=study["crc1"], subject=subject, leukapheresis_on=planned)

    scenarios.signed(study, form, meaning="eligibility")
    plan_dates(by=study["crc1"], subject=subject, leukapheresis_on=planned)

    subject.refresh_from_db()
    assert subject.planned_leukapheresis_on == planned


def test_a_changed_answer_closes_the_gate_again(study, subject):
    form = confirm(study, subject)
    scenarios.signed(study, form, meaning="eligibility")
    scenarios.save(study, subject, "scr/ie", {"ie.ieorres.inc08": "N", "ie.ieorres.inc08.reason": "entry_error"})

    with pytest.raises(GateClosed, match="1 criteria are open"):
        plan_dates(by=study["crc1"], subject=subject, leukapheresis_on=scenarios.today(subject.site))


def test_a_withdrawn_consent_stops_planning(study, subject):
    form = confirm(study, subject)
    scenarios.signed(study, form, meaning="eligibility")
    on = scenarios.today(subject.site).isoformat()
    scenarios.save(study, subject, "icf/1", {"icf.icfwddt": on, "icf.icfwdsc": "TREAT", "icf.icfwdsv": "Y"})

    with pytest.raises(GateClosed, match="withdrawn"):
        plan_dates(by=study["crc1"], subject=subject, leukapheresis_on=scenarios.today(subject.site))


def test_the_sheet_opens_for_every_confirmation_and_before_anything_is_saved(client, study, subject):
    for at in ("scr", "base", "d0", "nonsense", ""):
        assert "criteria open" in sheet(client, study, subject, at=at)
    assert not FormInstance.objects.filter(form_code="ie").exists()


def test_the_investigator_finds_the_signature(client, study, subject):
    confirm(study, subject)

    assert "Sign eligibility" in sheet(client, study, subject, who="pi1")
    assert "Sign eligibility" not in sheet(client, study, subject, who="crc1")
