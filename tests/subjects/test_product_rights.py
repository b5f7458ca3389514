"""Who writes and signs the forms of the product, and what their dates do to the schedule of a stored subject."""

from datetime import timedelta

import pytest

from subjects.selectors import dates_of, phase_of
from tests import scenarios
from tests.subjects.test_rel import CERTIFICATE
from trial_edc.casebook.actions.sign import sign_forms
from trial_edc.casebook.problems import NotAllowed


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study, day=60)


def custody(study, subject, step, *, by, second):
    people = {"crc1": "Mei Lin", "nurse1": "Wang Fang", "mfr1": "Yuki Sato", "mfr2": "Kenji Mori"}
    on = scenarios.today(subject.site) - timedelta(days=80)
    typed = {
        "coistep": step,
        "coiid": "COI-1",
        "coidtc": f"{on:%d-%b-%Y} 10:00",
        "coiby1": people[by],
        "coiby2": people[second],
        "coimatch": "Y",
        "coitemp": "Y",
    }
    return scenarios.save(study, subject, "coi/1", {f"coi.{name}": text for name, text in typed.items()}, by=by)


def certificate(study, subject, *, by):
    on = scenarios.today(subject.site) - timedelta(days=70)
    typed = {f"rel.{name}": text for name, text in CERTIFICATE.items()} | {"rel.reldt": f"{on:%d-%b-%Y}"}
    return scenarios.save(study, subject, "mfg/rel", typed, by=by)


@pytest.mark.parametrize(("step", "by", "second"), [("APHERESIS", "crc1", "nurse1"), ("SHIPMENT", "mfr1", "mfr2")])
def test_each_side_writes_its_own_steps(study, subject, step, by, second):
    saved = custody(study, subject, step, by=by, second=second)

    assert (saved.held, saved.instance.status) == ({}, "complete")


@pytest.mark.parametrize(("step", "by", "second"), [("SHIPMENT", "crc1", "nurse1"), ("INFUSION", "mfr1", "mfr2")])
def test_neither_side_writes_the_steps_of_the_other(study, subject, step, by, second):
    with pytest.raises(NotAllowed):
        custody(study, subject, step, by=by, second=second)


def test_the_site_writes_no_release(study, subject):
    with pytest.raises(NotAllowed):
        certificate(study, subject, by="crc1")


def test_manufacturing_signs_the_release_and_the_site_does_not(study, subject):
    form = certificate(study, subject, by="mfr1").instance
    asked = {"credentials_confirmed": True, "revisions": {form.pk: form.revision}, "meaning": "release"}

    with pytest.raises(NotAllowed):
        sign_forms(by=study["pi1"], **asked)
    signed = sign_forms(by=study["mfr2"], **asked).signed

    assert [(one.role, one.meaning) for one in signed] == [("MFR", "release")]


def test_who_saved_a_release_does_not_sign_it(study, subject):
    form = certificate(study, subject, by="mfr1").instance

    result = sign_forms(by=study["mfr1"], credentials_confirmed=True, revisions={form.pk: form.revision})

    assert result.signed == ()
    assert [one.why for one in result.left_out] == ["You saved it last; a second person signs it."]


def test_manufacturing_signs_nothing_of_the_site(study, subject):
    form = scenarios.day_3(study, subject)

    with pytest.raises(NotAllowed):
        sign_forms(by=study["mfr1"], credentials_confirmed=True, revisions={form.pk: form.revision}, meaning="approval")


def test_collection_and_first_dose_are_what_windows_count_from(study, subject):
    first = scenarios.today(subject.site) - timedelta(days=65)
    day = f"{first:%d-%b-%Y}"
    scenarios.save(study, subject, "aph/aph", {"aph.aphstdtc": f"{first - timedelta(days=36):%d-%b-%Y} 09:10"})
    scenarios.save(
        study, subject, "ld1/ld", {"ld.ldyn": "Y", "ld.ldstdtc.flu": f"{day} 09:00", "ld.ldstdtc.cy": f"{day} 11:00"}
    )

    anchors = dates_of(subject).anchors

    assert (anchors.leukapheresis, anchors.ld1) == (first - timedelta(days=36), first)


def test_a_death_known_to_the_month_ends_the_study_of_a_stored_subject(study, subject):
    on = scenarios.today(subject.site) - timedelta(days=10)
    scenarios.save(study, subject, "dd/1", {"dd.dthdtc": f"{on:%b %Y}", "dd.dthcaus": "PD"})

    anchors = dates_of(subject).anchors

    assert {one.on for one in anchors.tracks_off} == {on.replace(day=1)}
    assert str(phase_of(subject)) == "Off study"


@pytest.mark.parametrize("log", ["mh", "prt", "coi", "cm", "subs", "dd", "dv"])
def test_each_log_has_its_page_and_a_page_for_an_entry(client, study, subject, log):
    client.force_login(study["crc1"])

    table = client.get(f"/subjects/{subject.code}/{log}/")
    entry = client.get(f"/subjects/{subject.code}/{log}/1/")

    assert (table.status_code, entry.status_code) == (200, 200)
    assert f'data-testid="form-{log}"' in entry.content.decode()
