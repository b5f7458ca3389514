"""Which lesions may be targets: RECIST 1.1 (Eisenhauer 2009), sections 3.1, 3.2, 4.1 and 4.2."""

import datetime
from decimal import Decimal

import pytest

from assessments.recist import (
    Axis,
    Candidate,
    LesionType,
    Method,
    Role,
    check_targets,
    role,
    timing_violations,
)


def lesion(site="Lung", size="20", *, nodal=False, **options):
    return Candidate(site=site, nodal=nodal, diameter_mm=Decimal(size), **options)


@pytest.mark.parametrize(
    ("candidate", "broken"),
    [
        (lesion(size="10"), ""),
        (lesion(size="9.9"), "needs 10 mm or more by CT"),
        (lesion(size="10", method=Method.CALIPER), ""),
        (lesion(size="9.9", method=Method.CALIPER), "needs 10 mm or more by caliper"),
        (lesion(size="20", method=Method.X_RAY), ""),
        (lesion(size="19.9", method=Method.X_RAY), "needs 20 mm or more by X-ray"),
        (lesion(size="15", nodal=True), ""),
        (lesion(size="14.9", nodal=True), "needs a short axis of 15 mm or more"),
        (lesion(size="10", slice_mm=Decimal(5)), ""),
        (lesion(size="15.9", slice_mm=Decimal(8)), "slices of 8 mm"),
        (lesion(size="16", slice_mm=Decimal(8)), ""),
        (lesion(size="15", slice_mm=Decimal(8), nodal=True), "slices of 8 mm"),
        (lesion(size="12", slice_mm=Decimal(8), method=Method.MRI), "slices of 8 mm"),
        (lesion(size="12", slice_mm=Decimal(8), method=Method.PET_CT), "slices of 8 mm"),
        (lesion(size="12", slice_mm=Decimal(8), method=Method.CALIPER), ""),
        (lesion(method=Method.ULTRASOUND), "ultrasound"),
        (lesion(lesion_type=LesionType.CYSTIC_METASTASIS), ""),
        *((lesion(lesion_type=kind), "not measurable") for kind in list(LesionType)[2:]),
        (lesion(prior_local_treatment=True), "has not progressed since"),
        (lesion(prior_local_treatment=True, progressed_since=True), ""),
        (lesion(axis=Axis.LONGEST), ""),
        (lesion(axis=Axis.SHORT), "measure the longest diameter"),
        (lesion(nodal=True, axis=Axis.SHORT), ""),
        (lesion(nodal=True, axis=Axis.LONGEST), "short axis"),
    ],
)
def test_each_rule_of_one_lesion(candidate, broken):
    check = check_targets([candidate])

    assert check.valid == (not broken)
    assert len(check.violations) == bool(broken)
    assert broken in "".join(check.violations)


def test_five_lesions_and_two_per_organ_are_allowed():
    five = [
        lesion("Lung"),
        lesion("Lung"),
        lesion("Liver"),
        lesion("Neck, II", nodal=True),
        lesion("Groin", nodal=True),
    ]

    assert check_targets(five).valid
    assert check_targets([]).valid


def test_a_sixth_lesion_breaks_a_rule():
    check = check_targets([lesion(f"Organ {i}") for i in range(6)])

    assert check.violations == ("There are 6 target lesions; at most 5 are allowed.",)


def test_an_organ_is_the_site_up_to_the_comma_whatever_the_case():
    check = check_targets([lesion("Liver, segment 2"), lesion("LIVER"), lesion("liver ,dome")])

    assert check.violations == ("There are 3 target lesions in liver; at most 2 per organ.",)


def test_all_lymph_nodes_are_one_organ():
    check = check_targets([lesion(f"LN level {i}", nodal=True) for i in range(3)])

    assert check.violations == ("There are 3 nodal target lesions; all nodes are one organ, at most 2.",)


def test_a_node_in_the_same_site_is_not_of_that_organ():
    assert check_targets([lesion("Neck"), lesion("Neck"), lesion("Neck", nodal=True)]).valid


def test_every_broken_rule_has_its_sentence():
    worst = lesion(size="3", id="T1", method=Method.ULTRASOUND, lesion_type=LesionType.ASCITES, axis=Axis.SHORT)

    assert len(check_targets([worst]).violations) == 4
    assert all(sentence.startswith("T1") for sentence in check_targets([worst]).violations)


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (lesion(nodal=True, size="9.9"), Role.NORMAL),
        (lesion(nodal=True, size="10"), Role.NON_TARGET),
        (lesion(nodal=True, size="15"), Role.TARGET),
        (lesion(size="9"), Role.NON_TARGET),
        (lesion(lesion_type=LesionType.EFFUSION), Role.NON_TARGET),
        (lesion(), Role.TARGET),
    ],
)
def test_a_lesion_is_target_non_target_or_a_normal_node(candidate, expected):
    assert role(candidate) is expected


@pytest.mark.parametrize(("days_before", "n_broken"), [(28, 0), (29, 1), (0, 0), (-1, 1)])
def test_the_baseline_scan_is_at_most_28_days_before_treatment(days_before, n_broken):
    treated = datetime.date(2026, 2, 2)

    broken = timing_violations(treated - datetime.timedelta(days=days_before), treatment_on=treated)

    assert len(broken) == n_broken


def test_the_baseline_scan_follows_bridging_therapy():
    treated = datetime.date(2026, 2, 2)

    (broken,) = timing_violations(
        datetime.date(2026, 1, 20), treatment_on=treated, bridging_ended_on=datetime.date(2026, 1, 21)
    )

    assert "bridging" in broken
