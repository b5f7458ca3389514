"""The laboratory worksheet and the correction of a reference range."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from assessments.actions.ranges import CannotCorrect, Limits, add_range, correct_range
from assessments.laboratories import LabRange
from assessments.laboratory_defaults import write_defaults
from tests import scenarios
from trial_edc.audit.context import audited
from trial_edc.audit.models import AuditValue
from trial_edc.casebook.models import Draft, FormInstance, Query
from trial_edc.casebook.problems import NotAllowed
from trial_edc.casebook.reader import read

COUNTS = {"lbh.wbc": "4.1", "lbh.anc": "2.4", "lbh.alc": "1.2", "lbh.hgb": "128", "lbh.plt": "140"}


@pytest.fixture
def study(database):
    study = scenarios.study()
    with audited(by=study["dm1"], source="form", reason="Ranges of the laboratories"):
        write_defaults(study.sites)
    return study


@pytest.fixture
def subject(study):
    subject = scenarios.infused_subject(study)
    for visit, ago, anc in (("d1", 8, "2.4"), ("d2", 7, "1.7"), ("d3", 6, "0.9")):
        blood_count(study, subject, visit, ago, **{"lbh.anc": anc})
    return subject


def blood_count(study, subject, visit, ago, **changed):
    raw = {
        **COUNTS,
        "lbh.lbdtc": f"{taken(study, ago)} 08:00",
        "lbh.lblab": "L101",
        "lbh.transf": "NONE",
        "lbh.gcsf": "N",
    }
    saved = scenarios.save(study, subject, f"{visit}/lbh", raw | changed)
    assert not saved.held
    return saved.instance


def taken(study, ago):
    return (scenarios.today(study.sites["101"]) - timedelta(days=ago)).isoformat()


def signed_in(client, study, who="crc1"):
    client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")
    return client


def address(subject, panel="lbh", visit=""):
    return reverse("labs", args=[subject.code]) + f"?panel={panel}" + (f"&visit={visit}" if visit else "")


def test_results_stand_by_draw_with_limits_flag_and_grade(study, subject, client):
    response = signed_in(client, study).get(address(subject, visit="d3"))
    page = response.context["page"]
    assert int(response.headers["X-SQL-Count"]) <= 14

    anc = next(row for row in page.rows if row.key == "anc")
    assert [draw.title for draw in page.columns] == ["Day 1", "Day 2"]
    assert [(past.text, past.mark) for past in anc.past] == [("2.4", ""), ("1.7", "L · G1")]
    assert str(anc.value.facts) == "1.8–6.3 · L · G3"
    line = response.content.decode().split('data-testid="facts-lbh.anc"')[1].split("</tr>")[0]
    assert re.findall(r'href="([^"]*/ae/[^"]*)"', line) == [anc.value.flag_url]
    assert anc.significant.is_shown
    assert next(row for row in page.rows if row.key == "hgb").significant.is_shown is False
    assert page.without_range == ""


def test_a_draw_is_entered_in_the_grid(study, subject, client):
    signed_in(client, study)
    posted = {
        **COUNTS,
        "lbh.lbdtc": f"{taken(study, 5)} 08:00",
        "lbh.lblab": "L101",
        "lbh.plt": "many",
        "_revision": "0",
    }

    held = client.post(address(subject, visit="d4"), posted)

    assert held.status_code == 422
    assert 'data-testid="check-lbh.plt"' in held.content.decode()
    assert 'value="many"' in held.content.decode()
    assert read(subject).record("d4", "lbh").anc == Decimal("2.4")
    assert Draft.objects.get().values["lbh.plt"] == "many"

    saved = client.post(address(subject, visit="d4"), {"lbh.plt": "140", "_revision": "1"})
    changed = client.post(address(subject, visit="d4"), {"lbh.plt": "90", "_revision": "2"})
    stale = client.post(
        address(subject, visit="d4"), {"lbh.plt": "90", "lbh.plt.reason": "entry_error", "_revision": "1"}
    )

    assert (saved.status_code, changed.status_code, stale.status_code) == (302, 422, 409)
    assert read(subject).record("d4", "lbh").plt == 140
    assert "Say why each saved value changes" in changed.content.decode()


def test_a_laboratory_without_ranges_gives_one_message(study, subject, client):
    blood_count(study, subject, "d4", 5, **{"lbh.lblab": "CEN"})

    page = signed_in(client, study).get(address(subject, visit="d4")).context["page"]

    assert page.without_range.startswith("Laboratory CEN has no range on")
    assert "Leukocytes, Neutrophils" in page.without_range
    assert not Query.objects.filter(instance__form_code="lbh").exists()


def test_strange_addresses_and_readers(study, subject, client):
    signed_in(client, study)
    wrong = ["?panel=vs", "?panel=%00x", "?panel=lbh&visit=zzz", "?panel=lbh&visit=uns3", "?panel=lbi&visit=d1"]
    assert {client.get(reverse("labs", args=[subject.code]) + one).status_code for one in wrong} == {404}
    assert client.post(address(subject)).status_code == 404
    assert client.post(address(subject, visit="d4"), {}).status_code == 422

    signed_in(client, study, "cra1")
    assert client.get(address(subject)).status_code == 200
    assert client.post(address(subject, visit="d4"), {"lbh.plt": "1"}).status_code == 403


# ---- lab range change ----


@pytest.fixture
def neutrophils(study):
    return LabRange.objects.get(laboratory__code="L101", analyte="anc")


def grades(subject):
    return {one.visit_code: (one["lbornrlo.anc"], one["lbtoxgr.anc"]) for one in read(subject)["lbh"]}


def test_a_corrected_range_grades_its_results_anew_and_lists_them(study, subject, neutrophils):
    assert grades(subject) == {"d1": (Decimal("1.8"), 0), "d2": (Decimal("1.8"), 1), "d3": (Decimal("1.8"), 3)}

    found = correct_range(
        by=study["dm1"], stored=neutrophils, limits=Limits(Decimal("1.6"), Decimal("6.3")), reason="Certificate misread"
    )

    listed = {(row.subject, row.visit): (row.old, row.new) for row in found}
    assert listed[subject.code, "Day 2"] == ("1.8–6.3 · L · G1", "1.6–6.3")
    assert listed[subject.code, "Day 3"] == ("1.8–6.3 · L · G3", "1.6–6.3 · L · G3")
    assert {row.analyte for row in found} == {"Neutrophils"}
    assert grades(subject)["d2"] == (Decimal("1.6"), 0)
    reasons = AuditValue.objects.filter(table_name="assessments_bloodcountrow", item="lbtoxgr", source="system")
    assert {one.reason for one in reasons} == {"Range of anc at L101 corrected: Certificate misread"}
    assert set(FormInstance.objects.filter(form_code="lbh").values_list("revision", flat=True)) == {2}


def test_a_typed_limit_and_a_value_stand(study, subject, neutrophils):
    typed = blood_count(study, subject, "d4", 5, **{"lbh.anc": "1.7", "lbh.lbornrlo.anc": "1.5"})

    correct_range(by=study["dm1"], stored=neutrophils, limits=Limits(Decimal("1.0"), Decimal("6.3")), reason="Misread")

    record = read(subject).record("d4", "lbh")
    assert (record["lbornrlo.anc"], record.anc) == (Decimal("1.5"), Decimal("1.7"))
    assert FormInstance.objects.get(pk=typed.pk).revision == 1


def test_a_new_range_leaves_results_saved_before_as_they_are(study, subject, neutrophils):
    before = grades(subject)

    add_range(
        by=study["dm1"],
        laboratory=neutrophils.laboratory,
        analyte="anc",
        unit="10^9/L",
        limits=Limits(Decimal("3.0"), Decimal("7.0")),
        effective_from=date.fromisoformat(taken(study, 5)),
        reason="New analyser",
    )
    blood_count(study, subject, "d4", 5)

    assert {visit: grade for visit, grade in grades(subject).items() if visit != "d4"} == before
    assert grades(subject)["d4"] == (Decimal("3.0"), 1)


def test_ranges_are_the_data_managers_and_need_a_reason(study, neutrophils):
    limits = Limits(Decimal("1.6"), Decimal("6.3"))

    with pytest.raises(NotAllowed):
        correct_range(by=study["crc1"], stored=neutrophils, limits=limits, reason="Misread")
    with pytest.raises(NotAllowed):
        correct_range(by=study["dm1"], stored=neutrophils, limits=limits, reason="")
    with pytest.raises(CannotCorrect):
        correct_range(by=study["dm1"], stored=neutrophils, limits=Limits(Decimal(9), Decimal(6)), reason="Misread")
    with pytest.raises(CannotCorrect):
        correct_range(
            by=study["dm1"], stored=neutrophils, limits=Limits(Decimal("1.8"), Decimal("6.3")), reason="No change"
        )


def test_the_pages_of_ranges(study, subject, neutrophils, client):
    signed_in(client, study, "dm1")
    page = reverse("lab-range", args=["L101", neutrophils.pk])
    typed = {"lln": "1.6", "uln": "6.3", "lloq": "", "uloq": ""}
    assert client.get(reverse("laboratories")).status_code == 200
    assert "1.8 – 6.3" in client.get(reverse("laboratory", args=["L101"])).content.decode()

    shown = client.post(page, {**typed, "act": "preview"})
    assert "Nothing was changed yet. 3 results would be graded anew." in shown.content.decode()
    neutrophils.refresh_from_db()
    assert (neutrophils.lln, grades(subject)["d2"]) == (Decimal("1.8"), (Decimal("1.8"), 1))

    assert client.post(page, {**typed, "act": "correct"}).status_code == 422
    done = client.post(page, {**typed, "act": "correct", "reason": "Certificate misread"})
    assert "The range is corrected. 3 results were graded anew." in done.content.decode()

    assert client.post(page, {**typed, "lln": "x", "act": "preview"}).status_code == 422
    new = {
        **typed,
        "analyte": "anc",
        "unit": "g/L",
        "sex": "any",
        "age_from": "50",
        "age_to": "20",
        "effective_from": "soon",
    }
    refused = client.post(reverse("laboratory", args=["L101"]), new)
    assert refused.status_code == 422
    assert "Neutrophils is reported in 10^9/L, 10^3/uL, /mm3." in refused.content.decode()
    added = {**new, "unit": "10^9/L", "age_from": "18", "age_to": "120", "effective_from": "2026-01-01"}
    assert client.post(reverse("laboratory", args=["L101"]), added).status_code == 302
    assert client.post(reverse("laboratory", args=["L101"]), added).status_code == 422
    assert client.get("/laboratories/%00/").status_code == 404
    assert client.get("/laboratories/L101/ranges/99999999999999/").status_code == 404

    signed_in(client, study, "mm1")
    assert client.get(page).status_code == 200
    assert client.post(page, typed).status_code == 403
    signed_in(client, study, "crc1")
    assert client.get(page).status_code == 403
