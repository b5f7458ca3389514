"""Who is in which set, and why each other subject is not."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from assessments.analysis_sets import SetName, SubjectFacts, analysis_sets

INFUSION = datetime.date(2026, 2, 2)


def on(day):
    return INFUSION + datetime.timedelta(days=day)


COMPLETE = SubjectFacts(
    "L101-001",
    consented_on=on(-60),
    leukapheresis_on=on(-30),
    infusion_on=INFUSION,
    dose_percent=Decimal(100),
    had_dlt=False,
    followed_until_on=on(28),
    baseline_scan_on=on(-7),
    n_post_baseline_scans=1,
    n_pk_samples=1,
)


def reason(name, cutoff_on=None, **changes):
    """Why the subject is not in the set; None when it is."""
    found = analysis_sets([replace(COMPLETE, **changes)], cutoff_on=cutoff_on)[name]
    return found.excluded[0].why if found.excluded else None


def test_a_complete_subject_is_in_every_set():
    assert all(found.members == ("L101-001",) for found in analysis_sets([COMPLETE]).values())
    assert list(analysis_sets([])) == list(SetName)


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        (SetName.ENROLLED, {"consented_on": None}, "No consent"),
        (SetName.LEUKAPHERESED, {"leukapheresis_on": None}, "No leukapheresis"),
        (SetName.INFUSED, {"infusion_on": None}, "Not infused"),
        (SetName.DLT_EVALUABLE, {"infusion_on": None, "had_dlt": True}, "Not infused"),
        (SetName.DLT_EVALUABLE, {"dose_percent": Decimal("79.9")}, "Got 79.9 % of the assigned dose"),
        (SetName.DLT_EVALUABLE, {"dose_percent": None}, "not known"),
        (SetName.DLT_EVALUABLE, {"followed_until_on": on(27)}, "Followed for 27 days; 28 are needed"),
        (SetName.DLT_EVALUABLE, {"followed_until_on": None}, "No follow-up"),
        (SetName.DLT_EVALUABLE, {"had_dlt": None}, "not assessed"),
        (SetName.RESPONSE_EVALUABLE, {"baseline_scan_on": None}, "No baseline"),
        (SetName.RESPONSE_EVALUABLE, {"n_post_baseline_scans": 0}, "No tumour assessment after"),
        (SetName.RESPONSE_EVALUABLE, {"infusion_on": None}, "Not infused"),
        (SetName.PK, {"n_pk_samples": 0}, "No transgene copy sample"),
        (SetName.PK, {"infusion_on": None}, "Not infused"),
    ],
)
def test_each_subject_left_out_has_its_reason(name, changes, words):
    assert words in reason(name, **changes)


def test_a_dlt_makes_a_subject_evaluable_whatever_dose_and_follow_up():
    assert reason(SetName.DLT_EVALUABLE, had_dlt=True, dose_percent=Decimal(10), followed_until_on=on(3)) is None


def test_exactly_80_percent_of_the_dose_is_enough():
    assert reason(SetName.DLT_EVALUABLE, dose_percent=Decimal(80)) is None


def test_what_happened_after_the_cut_off_is_not_seen():
    assert reason(SetName.INFUSED, cutoff_on=on(-1)) == "Not infused by the cut-off."
    assert reason(SetName.INFUSED, cutoff_on=INFUSION) is None
    assert "Followed for 20 days" in reason(SetName.DLT_EVALUABLE, cutoff_on=on(20), followed_until_on=on(90))


def test_every_subject_is_either_member_or_excluded():
    subjects = [replace(COMPLETE, subject=f"S{i}", infusion_on=INFUSION if i % 2 else None) for i in range(5)]

    infused = analysis_sets(subjects)[SetName.INFUSED]

    assert infused.members == ("S1", "S3")
    assert [one.subject for one in infused.excluded] == ["S0", "S2", "S4"]
    assert infused.why[0] == "2 of 5 subjects are in the infused set."
    assert infused.why[1] == "S0: Not infused by the cut-off."


def test_a_subject_given_twice_is_refused():
    with pytest.raises(ValueError, match="given twice"):
        analysis_sets([COMPLETE, COMPLETE])
