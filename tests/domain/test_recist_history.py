"""Target lesions, nadir, new lesions and first progression over a whole history."""

from decimal import Decimal

import pytest

from assessments.recist import Finding, HistoryError, MergedInto, percent_change, read_history

from .recist_data import INFUSION, baseline, mm, on, scan


def read(lesions, *scans, **options):
    return read_history(lesions, scans, reference_on=INFUSION, **options)


def targets(lesions, *scans):
    return [point.target.value for point in read(lesions, *scans).time_points]


def overall(lesions, *scans):
    return [point.overall.value for point in read(lesions, *scans).time_points]


@pytest.mark.parametrize(
    ("before", "now", "response"),
    [
        (90, 63, "PR"),
        (90, "63.1", "SD"),
        (14, "9.8", "PR"),
        ("0.3", "0.21", "PR"),
        (100, "70.01", "SD"),
        (29, "34.8", "PD"),
        (29, "34.79", "SD"),
        (25, 30, "PD"),
        (25, "29.9", "SD"),
        (20, "24.9", "SD"),  # above 20 % but below 5 mm
        (20, 25, "PD"),
        (100, 119, "SD"),  # above 5 mm but below 20 %
        (100, 120, "PD"),
        (0, 5, "PD"),
        (0, "4.9", "SD"),
    ],
)
def test_limits_of_one_scan_are_exact(before, now, response):
    assert targets(baseline({"T1": before}), scan(30, {"T1": mm(now)})) == [response]


def test_progression_is_judged_against_the_nadir_and_wins_over_pr():
    lesions = baseline({"T1": 100})

    assert targets(lesions, scan(30, {"T1": 40}), scan(60, {"T1": 48})) == ["PR", "PD"]
    assert targets(lesions, scan(30, {"T1": 40}), scan(60, {"T1": mm("47.9")})) == ["PR", "PR"]


def test_baseline_belongs_to_the_nadir():
    assert targets(baseline({"T1": 50}), scan(30, {"T1": 59}), scan(60, {"T1": 60})) == ["SD", "PD"]


def test_a_sum_above_minus_30_percent_after_pr_is_sd():
    sums = (70, 70, 80, 80)

    assert targets(baseline({"T1": 100}), *(scan(30 * i, {"T1": s}) for i, s in enumerate(sums, 1))) == [
        "PR",
        "PR",
        "SD",
        "SD",
    ]


def test_an_incomplete_sum_never_becomes_the_nadir():
    lesions = baseline({"T1": 30, "T2": 30})

    history = read(lesions, scan(30, {"T1": 5}), scan(60, {"T1": 31, "T2": 30}))

    assert [point.nadir_before_mm for point in history.time_points] == [60, 60]
    assert [point.target.value for point in history.time_points] == ["NE", "SD"]
    assert history.time_points[0].sum_mm is None


def test_measured_lesions_alone_can_prove_progression():
    """RECIST 1.1 example: 50 mm at baseline on three lesions, two of them alone are 80 mm now."""
    lesions = baseline({"T1": 20, "T2": 20, "T3": 10})

    history = read(lesions, scan(30, {"T1": 40, "T2": 40, "T3": Finding.NOT_EVALUABLE}))

    (point,) = history.time_points
    assert (point.target, point.overall, point.sum_mm, point.pct_change_from_nadir) == (
        "PD",
        "PD",
        None,
        None,
    )


def test_lymph_nodes_are_normal_below_10_mm():
    lesions = baseline({"T1": 20, "T2": 16}, nodes=("T2",))
    gone = Finding.ABSENT

    assert targets(lesions, scan(30, {"T1": gone, "T2": mm("9.9")})) == ["CR"]
    assert targets(lesions, scan(30, {"T1": gone, "T2": 10})) == ["PR"]
    assert targets(lesions, scan(30, {"T1": gone, "T2": Finding.TOO_SMALL})) == ["CR"]
    assert targets(lesions, scan(30, {"T1": mm("0.1"), "T2": 9})) == ["PR"]


def test_nodes_that_stay_normal_are_cr_even_when_the_sum_grows():
    lesions = baseline({"T1": 16, "T2": 15}, nodes=("T1", "T2"))

    history = read(lesions, scan(30, {"T1": 3, "T2": 3}), scan(60, {"T1": 9, "T2": 9}))

    assert [point.target for point in history.time_points] == ["CR", "CR"]
    assert history.time_points[1].pct_change_from_nadir == 200


def test_a_split_node_is_judged_by_its_largest_fragment():
    lesions = baseline({"T1": 20}, nodes=("T1",))

    assert targets(lesions, scan(30, {"T1": (mm(9), mm(9))})) == ["CR"]
    assert targets(lesions, scan(30, {"T1": (mm(4), mm(10))})) == ["PR"]


def test_too_small_is_5_mm_and_a_measured_2_mm_is_2_mm():
    lesions = baseline({"T1": 20, "T2": 20})

    (point,) = read(lesions, scan(30, {"T1": Finding.TOO_SMALL, "T2": 2})).time_points

    assert point.sum_mm == 7


def test_a_merged_lesion_counts_as_evaluated_and_adds_nothing():
    lesions = baseline({"T1": 25, "T2": 20})

    (point,) = read(lesions, scan(30, {"T1": 52, "T2": MergedInto("T1")})).time_points

    assert (point.sum_mm, point.target) == (52, "SD")


@pytest.mark.parametrize("back", [Finding.TOO_SMALL, mm("0.1"), mm(1)])
def test_any_target_back_after_an_overall_cr_is_progression(back):
    assert targets(baseline({"T1": 18}), scan(30, {"T1": 0}), scan(60, {"T1": back})) == ["CR", "PD"]


def test_a_node_is_back_after_cr_from_10_mm():
    lesions = baseline({"T1": 18}, nodes=("T1",))

    assert targets(lesions, scan(30, {"T1": 9}), scan(60, {"T1": mm("9.9")})) == ["CR", "CR"]
    assert targets(lesions, scan(30, {"T1": 9}), scan(60, {"T1": 10})) == ["CR", "PD"]


def test_before_a_cr_a_target_that_is_back_joins_the_sum():
    lesions = baseline({"T1": 30, "T2": 10})

    assert targets(lesions, scan(30, {"T1": 30, "T2": 0}), scan(60, {"T1": 28, "T2": 4})) == ["SD", "SD"]


def test_at_a_nadir_of_zero_without_overall_cr_5_mm_are_needed():
    lesions = baseline({"T1": 30}, others="N1")
    still = "N1=present"

    assert targets(lesions, scan(30, {"T1": 0}, still), scan(60, {"T1": mm("4.9")}, still)) == ["CR", "PR"]
    assert targets(lesions, scan(30, {"T1": 0}, still), scan(60, {"T1": 5}, still)) == ["CR", "PD"]


@pytest.mark.parametrize(
    ("statuses", "response"),
    [
        ("N1=absent N2=absent", "CR"),
        ("N1=present N2=absent", "Non-CR/Non-PD"),
        ("N1=present N2=not_evaluated", "NE"),
        ("N1=present", "NE"),
        ("N1=absent", "NE"),
        ("", "NE"),
        ("N1=unequivocal_progression", "PD"),
        ("N1=unequivocal_progression N2=absent", "PD"),
    ],
)
def test_non_target_lesions_alone(statuses, response):
    history = read(baseline(others="N1 N2"), scan(30, others=statuses))

    (point,) = history.time_points
    assert (point.target, point.non_target, point.overall) == ("NA", response, response)
    assert (point.sum_mm, point.nadir_before_mm, point.pct_change_from_baseline) == (None, None, None)


def test_a_non_target_present_again_after_cr_is_progression_even_if_another_is_not_evaluated():
    lesions = baseline(others="N1 N2")

    assert overall(lesions, scan(30, others="N1=absent N2=absent"), scan(60, others="N1=present")) == [
        "CR",
        "PD",
    ]


def test_a_scan_not_performed_evaluates_nothing_whatever_is_entered():
    lesions = baseline({"T1": 20}, others="N1")
    skipped = scan(30, {"T1": 99}, "N1=unequivocal_progression", new="unequivocal", performed=False)

    history = read(lesions, skipped)

    (point,) = history.time_points
    assert (point.target, point.non_target, point.overall, point.sum_mm) == ("NE", "NE", "NE", None)
    assert point.nadir_before_mm == 20
    assert history.first_pd_on is None


def test_without_any_lesion_only_a_new_one_says_anything():
    assert overall(baseline(), scan(30), scan(60, new="unequivocal")) == ["NE", "PD"]


@pytest.mark.parametrize(
    ("marks", "first_pd_day"),
    [
        ("none unequivocal", 60),
        ("equivocal unequivocal", 30),
        ("equivocal none unequivocal", 90),
        ("equivocal equivocal unequivocal", 30),
        ("none equivocal skipped unequivocal", 60),
        ("equivocal none equivocal unequivocal", 90),
        ("equivocal equivocal", None),
        ("equivocal skipped none unequivocal", 120),
    ],
)
def test_an_equivocal_lesion_that_is_confirmed_dates_progression_back(marks, first_pd_day):
    scans = [
        scan(30 * i, {"T1": 30}, performed=False) if mark == "skipped" else scan(30 * i, {"T1": 30}, new=mark)
        for i, mark in enumerate(marks.split(), 1)
    ]

    history = read(baseline({"T1": 30}), *scans)

    assert history.first_pd_day == first_pd_day


def test_the_equivocal_scan_keeps_its_own_reading_but_best_response_takes_it_as_progression():
    history = read(baseline({"T1": 30}), scan(60, {"T1": 15}, new="equivocal"), scan(90, {"T1": 15}, new="unequivocal"))

    assert [point.overall for point in history.time_points] == ["PR", "PD"]
    assert (history.best.unconfirmed, history.first_pd_on) == ("PD", on(60))
    assert any("dated 2026-04-03" in sentence for sentence in history.time_points[0].why)


def test_progression_after_new_therapy_is_read_but_is_not_the_first_progression():
    lesions = baseline({"T1": 30})
    scans = (scan(60, {"T1": 30}), scan(90, {"T1": 60}))

    later = read(lesions, *scans, new_therapy_on=on(89))
    same_day = read(lesions, *scans, new_therapy_on=on(90))

    assert [point.overall for point in later.time_points] == ["SD", "PD"]
    assert (later.first_pd_day, later.best.confirmed) == (None, "SD")
    assert same_day.first_pd_day == 90


def test_unscheduled_scans_are_read_by_date_and_come_back_in_the_order_given():
    lesions = baseline({"T1": 100})

    history = read(lesions, scan(90, {"T1": 60}), scan(30, {"T1": 50}))

    assert [(point.on, point.nadir_before_mm, point.target.value) for point in history.time_points] == [
        (on(90), 50, "PD"),
        (on(30), 100, "PR"),
    ]


@pytest.mark.parametrize(
    ("lesions", "scans", "message"),
    [
        ({"T1": 20}, (scan(30), scan(30)), "visits[1].date 2026-03-04 is also the date of visits[0]."),
        ({"T1": 20}, (scan(-1),), "visits[0].date 2026-02-01 is before the reference date 2026-02-02."),
        ({"T1": 20}, (scan(30, {"T9": 1}),), "visits[0].target.T9 is not a target lesion of the baseline."),
        ({"T1": 20}, (scan(30, {}, "N1=absent"),), "visits[0].non_target.N1 is not a non-target lesion"),
        ({"T1": 20}, (scan(30, {"T1": -1}),), "visits[0].target.T1 must be 0 or more, got -1."),
        ({"T1": 20}, (scan(30, {"T1": Decimal("NaN")}),), "visits[0].target.T1 must be 0 or more, got NaN."),
        ({"T1": 20}, (scan(30, {"T1": ()}),), "visits[0].target.T1 must list at least one fragment"),
        (
            {"T1": 20},
            (scan(30, {"T1": MergedInto("T1")}),),
            "must be another target that is not itself merged.",
        ),
        (
            {"T1": 20},
            (scan(30, {"T1": MergedInto("T9")}),),
            "T9, which is not a target lesion of the baseline.",
        ),
        ({"T1": -2}, (), "baseline.target_lesions[0].diameter_mm must be 0 or more, got -2."),
    ],
)
def test_scans_that_do_not_fit_are_refused_by_name(lesions, scans, message):
    with pytest.raises(HistoryError) as refused:
        read(baseline(lesions), *scans)

    assert message in str(refused.value)


def test_one_id_for_two_lesions_is_refused():
    with pytest.raises(HistoryError, match="given to two lesions"):
        read(baseline({"X": 20}, others="X"))


@pytest.mark.parametrize(("now", "reference", "percent"), [(70, 100, -30), (120, 100, 20), (0, 40, -100)])
def test_percent_change_is_relative_to_the_reference(now, reference, percent):
    assert percent_change(Decimal(now), Decimal(reference)) == percent


@pytest.mark.parametrize(("now", "reference"), [(1, 0), (-1, 10)])
def test_percent_change_refuses_sums_that_cannot_be(now, reference):
    with pytest.raises(ValueError, match="need sum >= 0 and reference > 0"):
        percent_change(Decimal(now), Decimal(reference))


def test_every_time_point_says_why():
    history = read(baseline({"T1": 30}, others="N1"), scan(60, {"T1": 20}, "N1=present"))

    assert history.time_points[0].why == (
        "The sum of target diameters is 20 mm (T1 20).",
        "Target PR: at least 30 % below the baseline sum of 30 mm.",
        "Non-target Non-CR/Non-PD: N1 present.",
        "Overall PR: target PR, non-target Non-CR/Non-PD, new lesion none.",
    )
