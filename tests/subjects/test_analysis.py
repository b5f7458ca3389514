"""Chapters of the trial summary, counted by hand for four subjects."""

from dataclasses import replace
from datetime import date

import pytest

from subjects.analysis import baseline, disposition, ends, exposure, follow_up
from tests import books
from tests.books import book
from trial_edc.exports.study import _study

INFUSION = "24-Feb-2026 10:42"
LATER = replace(books.CONTEXT, today=date(2026, 4, 15))


def fill(path, **typed):
    return books.fill(path, context=LATER, **typed)


def consent(on, kind="MAIN", **more):
    return fill("/icf/1" if kind == "TISSUE" else "/icf/2", icfdtc=f"{on} 09:30", icftype=kind, **more)


def infused():
    """Collected on 05-Jan, infused 50 days later, died of progression on day 14; two deviations."""
    return [
        consent("01-Dec-2025", "TISSUE"),
        fill("prescr/dm", age="50", sex="F", smoke="FORMER", packyr="12"),
        fill("prescr/ihc", ihctstdt="05-Dec-2025", ihcres="POS"),
        consent("10-Dec-2025"),
        fill("scr/sv", svstdtc="12-Dec-2025", svocc="Y"),
        fill("scr/ie", ieelig="Y"),
        fill("scr/hnc", hnsite="LARYNX"),
        fill("aph/aph", aphstdtc="05-Jan-2026 09:00"),
        fill("aph/mfg", mfgfail="SUCCESS", mfgstdt="07-Jan-2026", mfgendt="20-Jan-2026", mfgbatch="CT-1"),
        fill("aph/rel", relstat="RELEASED", reldt="04-Feb-2026"),
        fill("d0/inf", infdtc=INFUSION, infdl="DL1", infnum="1", infdose="49.8", infplan="50", infall="Y"),
        fill("dv", dvterm="late scan", dvcat="WINDOW", dvimp="MINOR", dvstdtc="01-Mar-2026"),
        fill("/dv/2", dvterm="no consent copy", dvcat="CONSENT", dvimp="IMPORTANT", dvstdtc="10-Dec-2025"),
        fill("dd", dthdtc="10-Mar-2026", dthcaus="PD", dthrel="UNRELATED"),
    ]


def followed():
    """Infused a year before, alive, tested for virus twice, a new cancer at year 1."""
    return [
        consent("01-Dec-2024", "TISSUE"),
        fill("prescr/dm", age="60", sex="M"),
        consent("10-Dec-2024"),
        fill("aph/aph", aphstdtc="05-Jan-2025 09:00"),
        fill("d0/inf", infdtc="24-Feb-2025 10:42", infdl="DL1", infnum="1", infdose="55", infplan="50", infall="N"),
        fill("d28/sv", svstdtc="24-Mar-2025", svocc="Y"),
        fill("m6/ltfu", ltdt="25-Aug-2025", ltrcl="NEG", ltrclm="VSVG", ltneo="N", ltalive="ALIVE"),
        fill("m12/ltfu", ltdt="25-Feb-2026", ltrcl="POS", ltrclm="VSVG", ltneo="Y", ltalive="ALIVE"),
    ]


def failed():
    """A screen failure."""
    return [
        consent("01-Jan-2026", "TISSUE"),
        fill("prescr/ihc", ihctstdt="05-Jan-2026", ihcres="NEG"),
        fill("eos/ds", dsepoch="SCREENING", dsdecod="SCREENFAIL", dsstdtc="09-Jan-2026"),
    ]


def later():
    """Collected in January, infused after every cut-off of these tests."""
    return [
        consent("01-Jan-2026", "TISSUE"),
        consent("05-Jan-2026"),
        fill("aph/aph", aphstdtc="20-Jan-2026 09:00"),
        fill("d0/inf", infdtc="30-Mar-2026 10:42", infdl="DL2", infnum="1"),
    ]


def study(cutoff_on=date(2026, 3, 15)):
    casebooks = {}
    for pk, forms in enumerate((infused(), followed(), failed(), later()), start=1):
        casebook = book(*forms, code=f"101-000{pk}", cohort="")
        casebook.subject.pk = pk
        casebooks[pk] = casebook
    return _study([one.subject for one in casebooks.values()], casebooks, cutoff_on)


def rows(part, code):
    return {texts[0]: list(texts[1:]) for texts in part.table(code).texts}


def test_the_flow_counts_each_step_and_says_why_others_stopped():
    (part,) = disposition.section(study())

    assert part.numbers["steps"] == {
        **{"registered": 4, "positive": 1, "consented": 3, "eligible": 1, "collected": 3, "made": 1, "released": 1},
        **{"prepared": 0, "infused": 2, "day_28": 1, "followed": 1},
    }
    assert rows(part, "flow")["Consented to the trial"] == ["3 (75.0 %)", "0", ""]
    assert rows(part, "flow")["In follow-up at the cut-off"] == ["1 (25.0 %)", "0", ""]
    assert rows(part, "ends")["Screen failure"] == ["1", "0", "0", "0", "0", "1"]
    subjects = rows(part, "subjects")
    assert subjects["101-0001"][-2:] == ["Death", "10-Mar-2026"]
    assert subjects["101-0002"][2:4] == ["Seen at Day 28", "24-Feb-2025"]
    assert subjects["101-0003"][-2:] == ["Screen failure", "09-Jan-2026"]
    assert subjects["101-0004"][1:] == ["", "Leukapheresed", "", "", ""]


def test_what_happens_after_the_cut_off_is_not_seen():
    (part,) = disposition.section(study(date(2026, 3, 1)))
    (deaths,) = ends.deaths(study(date(2026, 3, 1)))

    assert part.numbers["steps"]["followed"] == 2
    assert rows(part, "subjects")["101-0001"][-2:] == ["", ""]
    assert deaths.numbers == {"n": 0, "early": 0}
    assert deaths.table("death_listing").rows == ()


def test_every_number_of_the_flow_names_its_subjects():
    (part,) = disposition.section(study())

    cells = {cells[0].text: cells[1] for cells in part.table("flow").rows}
    assert cells["Leukapheresed"].subjects == ("101-0001", "101-0002", "101-0004")
    assert cells["Infused"].subjects == ("101-0001", "101-0002")


def test_baseline_is_that_of_the_infused():
    (part,) = baseline.section(study())

    found = rows(part, "baseline")
    assert part.table("baseline").columns == ("Item", "DL1 (n = 2)")
    assert found["Age at consent, years"] == ["55 (50–60), n = 2"]
    assert found["Pack-years"] == ["12.0 (12.0–12.0), n = 1"]
    assert found["Sex at birth: F"] == ["1 (50.0 %)"]
    assert found["Primary site: Larynx"] == ["1 (50.0 %)"]
    assert found["Primary site: not known"] == ["1"]


def test_exposure_and_the_days_from_vein_to_vein():
    data = study()

    (part,) = exposure.section(data)
    found = rows(part, "exposure")
    assert exposure.vein_to_vein(data) == {"101-0001": 50, "101-0002": 50}
    assert found["Dose given, 10^6 CAR+ cells"] == ["52.4 (49.8–55.0), n = 2"]
    assert found["Whole volume given"] == ["1 (50.0 %)"]
    assert found["Leukapheresis to release, days"] == ["30 (30–30), n = 1"]
    assert rows(part, "manufacture")["Manufacture: Success"] == ["1", "1"]
    percents = {texts[0]: texts[-2] for texts in part.table("infusions").texts}
    assert percents == {"101-0001": "99.6", "101-0002": "110.0"}


def test_deaths_by_cause_and_time():
    (part,) = ends.deaths(study())

    found = rows(part, "deaths")
    assert found["Died after the first U87 infusion"] == ["1 (50.0 %)"]
    assert found["of them within 30 days"] == ["1 (50.0 %)"]
    assert found["Cause: Disease progression"] == ["1"]
    assert part.table("death_listing").texts == (
        ("101-0001", "DL1", "10-Mar-2026 (14)", "Disease progression", "Unrelated", ""),
    )


def test_deviations_by_category_and_weight():
    (part,) = ends.deviations(study())

    assert rows(part, "deviations") == {"Consent": ["1 [1]", "0", "1 [1]"], "Visit window": ["0", "1 [1]", "1 [1]"]}
    assert part.table("important_deviations").texts == (
        ("101-0001", "10-Dec-2025 (-76)", "Consent", "no consent copy", ""),
    )


def test_long_term_follow_up_lists_every_virus_test():
    (part,) = follow_up.section(study())

    assert part.numbers == {"tested": 2, "positive": ["101-0002"]}
    assert [texts[:4] for texts in part.table("rcl").texts] == [
        ("101-0002", "25-Aug-2025 (182)", "M6", "Negative"),
        ("101-0002", "25-Feb-2026 (366)", "M12", "Positive"),
    ]
    assert rows(part, "delayed_events")["New malignancy"] == ["1 (50.0 %)"]
    assert rows(part, "contacts")["101-0002"][2] == "25-Feb-2026 (366)"
    assert rows(part, "contacts")["101-0001"][-1] == "10-Mar-2026 (14)"


@pytest.mark.parametrize(
    "section",
    [disposition.section, baseline.section, exposure.section, ends.deaths, ends.deviations, follow_up.section],
)
def test_a_study_without_subjects_has_chapters_without_rows(section):
    for part in section(_study([], {}, date(2026, 3, 15))):
        for table in part.tables:
            assert all(len(texts) == len(table.columns) for texts in table.texts)
