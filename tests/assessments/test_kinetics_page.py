"""The kinetics page: chart, samples and parameters of one analyte."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.laboratory_defaults import write_defaults
from tests import scenarios
from trial_edc.audit.context import audited

# Day: (hour, copies as typed). The profile falls linearly, so the areas below are worked by hand.
COPIES = {1: "1000", 7: "7000", 14: "3500", 28: "<50"}


@pytest.fixture
def study(database):
    study = scenarios.study()
    with audited(by=study["dm1"], source="form", reason="Ranges of the laboratories"):
        write_defaults(study.sites)
    return study


@pytest.fixture
def subject(study):
    subject = scenarios.infused_subject(study, day=40)
    sample(study, subject, "d0", 0, "<50", clock="08:10", **{"pk.pktpt": "PRE"})
    for day, copies in COPIES.items():
        sample(study, subject, f"d{day}", day, copies)
    crs = {
        "crs.crsdtc": f"{on(study, 2)} 09:00",
        "crs.crstemp": "39.0",
        "crs.crsfevo": "N",
        "crs.crstrt": "Y",
        "crs.crshyp": "FLUIDS",
        "crs.crso2": "NONE",
        "crs.crsgri": "2",
        "crs.crstoci": f"{on(study, 2)} 10:42; 480",
        "crs.crsicu": "N",
    }
    scenarios.save(study, subject, "d2/crs", crs)
    same_dose = {"cm.cmtrt": "Tocilizumab", "cm.cmcat": "TOCI", "cm.cmstdtc": f"{on(study, 2)} 10:42"}
    scenarios.save(study, subject, "cm/1", same_dose)
    steroid = {"cm.cmtrt": "Dexamethasone", "cm.cmcat": "STEROID", "cm.cmstdtc": f"{on(study, 3)} 10:42"}
    scenarios.save(study, subject, "cm/2", steroid)
    return subject


def on(study, day):
    return (scenarios.today(study.sites["101"]) - timedelta(days=40 - day)).isoformat()


def sample(study, subject, visit, day, copies, clock="10:42", **more):
    raw = {"pk.pkdtc": f"{on(study, day)} {clock}", "pk.pkmat": "BLOOD", "pk.pklab": "CEN, run 1"}
    raw |= {"pk.pkmeth.pkcopy": "QPCR", "pk.pkcopy": copies, **more}
    assert not scenarios.save(study, subject, f"{visit}/pk", raw).held


def shown(client, study, subject, query=""):
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")
    return client.get(reverse("kinetics", args=[subject.code]) + query)


def test_samples_parameters_and_events_stand_together(study, subject, client):
    page = shown(client, study, subject).context["page"]

    found = {one.label: one.value.replace("\u00a0", " ") for one in page.parameters}
    assert (found["Cmax"], found["Tmax"], found["Tlast"]) == ("7000 copies/ug gDNA", "7 days", "14 days")
    # Linear up from day 1 to 7: 24000; logarithmic down from day 7 to 14: 3500 x 7 / ln 2 = 35346.3...
    assert found["AUC0–28d"] == found["AUClast"] == "59350 copies/ug gDNA × day"
    assert [(row.visit, row.day, row.is_below) for row in page.rows] == [
        ("Infusion", "−0.11", True),
        ("Day 1", "1.00", False),
        ("Day 7", "7.00", False),
        ("Day 14", "14.00", False),
        ("Day 28", "28.00", True),
    ]
    assert page.events == (("CRS grade 2", "D2"), ("Tocilizumab 480\u00a0mg", "D2"), ("Dexamethasone", "D3"))
    assert [dot.is_hollow for dot in page.chart.dots] == [True, False, False, False, True]
    assert {dot.y for dot in page.chart.dots if dot.is_hollow} == {page.chart.limit_y}
    assert {band.kind for band in page.chart.bands} == {"crs", "toci", "steroid"}


def test_the_area_ends_at_a_sample_of_day_28_taken_minutes_early(study, client):
    subject = scenarios.infused_subject(study, day=40)
    for day, copies, clock in ((1, "1000", "10:42"), (7, "7000", "10:42"), (28, "1750", "08:18")):
        sample(study, subject, f"d{day}", day, copies, clock=clock)

    area = next(one for one in shown(client, study, subject).context["page"].parameters if one.label == "AUC0–28d")

    # Day 1 to 7: 24000. Day 28 08:18 is 27.9 d: (7000 - 1750) x 20.9 / ln 4 = 79149.9...; together 103149.9...
    assert area.value.replace("\u00a0", " ") == "103100 copies/ug gDNA × day"
    assert area.note == "Ends at the sample of day 28, which was taken less than 28 × 24 h after the start."


def test_an_analyte_without_results_and_one_that_is_not_followed(study, subject, client):
    empty = shown(client, study, subject, "?analyte=il6")

    assert empty.status_code == 200
    assert "No result of this analyte yet." in empty.content.decode()
    assert shown(client, study, subject, "?analyte=anc").status_code == 404
    assert shown(client, study, subject, "?analyte=%00").status_code == 200
    assert shown(client, study, scenarios.registered_subject(study)).status_code == 200
