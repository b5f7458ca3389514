"""iRECIST (Seymour et al., Lancet Oncol 2017;18:e143-e152), Tables 2 and 3: progression to be confirmed."""

from dataclasses import replace

import pytest

from assessments.recist import HistoryError, Response, ResponseRules, read_history, read_immune_history

from .recist_data import INFUSION, baseline, mm, on, scan

LESIONS = baseline({"T1": 50}, others="N1")
STABLE = "N1=present"


def read(*scans, lesions=LESIONS, **options):
    return read_immune_history(lesions, scans, reference_on=INFUSION, **options)


def found(*scans, lesions=LESIONS):
    return [point.response.value for point in read(*scans, lesions=lesions).time_points]


def sums(*values):
    """Scans 30 days apart with one target of so many mm."""
    return [scan(30 * i, {"T1": value}, STABLE) for i, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((50, 30, 25), ["iSD", "iPR", "iPR"]),
        ((60, 65), ["iUPD", "iCPD"]),  # a further 5 mm
        ((60, mm("64.9")), ["iUPD", "iUPD"]),  # a further 4.9 mm
        ((60, 64, 66), ["iUPD", "iUPD", "iCPD"]),  # 4 and 2 mm add up
        ((60, 60), ["iUPD", "iUPD"]),
        ((60, 55), ["iUPD", "iSD"]),
        ((60, 35), ["iUPD", "iPR"]),
        ((60, 35, 42), ["iUPD", "iPR", "iUPD"]),  # the bar is reset: progression must be read again
        ((60, 35, 42, 47), ["iUPD", "iPR", "iUPD", "iCPD"]),
        ((60, 65, 10), ["iUPD", "iCPD", "iCPD"]),
    ],
)
def test_target_progression_is_confirmed_by_5_mm_more_or_reset(values, expected):
    assert found(*sums(*values)) == expected


def test_another_lesion_group_that_progresses_confirms():
    by_non_target = [scan(30, {"T1": 60}, STABLE), scan(60, {"T1": 60}, "N1=unequivocal_progression")]
    by_new_lesion = [scan(30, {"T1": 60}, STABLE), scan(60, {"T1": 60}, STABLE, new="unequivocal")]
    by_target = [scan(30, {"T1": 50}, STABLE, new="unequivocal"), scan(60, {"T1": 60}, STABLE)]

    assert found(*by_non_target) == found(*by_new_lesion) == found(*by_target) == ["iUPD", "iCPD"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {}, "iUPD"),
        ({"n_new_lesions": 1}, {"n_new_lesions": 1}, "iUPD"),
        ({"n_new_lesions": 1}, {"n_new_lesions": 2}, "iCPD"),
        ({"new_lesion_sum_mm": mm(10)}, {"new_lesion_sum_mm": mm("14.9")}, "iUPD"),
        ({"new_lesion_sum_mm": mm(10)}, {"new_lesion_sum_mm": mm(15)}, "iCPD"),
    ],
)
def test_new_lesions_confirm_by_number_or_by_5_mm(first, second, expected):
    new = scan(30, {"T1": 50}, STABLE, new="unequivocal")

    history = [replace(new, **first), replace(new, on=on(60), **second)]

    assert found(*history) == ["iUPD", expected]


@pytest.mark.parametrize(("worse", "expected"), [(None, "iUPD"), (False, "iUPD"), (True, "iCPD")])
def test_non_target_progression_confirms_by_any_further_increase(worse, expected):
    first = scan(30, {"T1": 50}, "N1=unequivocal_progression")

    assert found(first, replace(first, on=on(60), non_target_worse=worse)) == ["iUPD", expected]


def test_new_lesions_that_are_gone_reset_the_bar():
    assert found(scan(30, {"T1": 50}, STABLE, new="unequivocal"), scan(60, {"T1": 50}, STABLE)) == [
        "iUPD",
        "iSD",
    ]


def test_a_scan_less_than_four_weeks_later_does_not_confirm():
    early = [scan(30, {"T1": 60}, STABLE), scan(57, {"T1": 70}, STABLE), scan(58, {"T1": 70}, STABLE)]

    assert found(*early) == ["iUPD", "iUPD", "iCPD"]


def test_a_scan_not_performed_leaves_progression_unconfirmed():
    history = [scan(30, {"T1": 60}, STABLE), scan(60, performed=False), scan(90, {"T1": 65}, STABLE)]

    assert found(*history) == ["iUPD", "NE", "iCPD"]


def test_a_sum_that_lacked_lesions_is_no_measure_for_further_growth():
    lesions = baseline({"T1": 20, "T2": 20})
    history = [scan(30, {"T1": 60}), scan(60, {"T1": 60, "T2": 20})]

    assert found(*history, lesions=lesions) == ["iUPD", "iUPD"]


def test_confirmed_progression_is_dated_at_its_first_scan():
    history = read(*sums(60, 64, 66))

    assert (history.progression_on, history.confirmed_on) == (on(30), on(90))
    assert read(*sums(60, 64)).progression_on is None


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ((60, 30, 29), "iPR"),
        ((60, 66), "iCPD"),
        ((60, 60), "iUPD"),
        ((50, 50), "iSD"),
        ((50,), "NE"),
        ((), "NE"),
    ],
)
def test_best_immune_response_comes_before_confirmed_progression(values, best):
    assert read(*sums(*values)).best == best


def test_scans_after_new_therapy_do_not_make_the_best_immune_response():
    history = read(*sums(50, 50, 30), new_therapy_on=on(89))

    assert history.best == "iSD"
    assert read(*sums(50, 50, 30), rules=ResponseRules(sd_min_days=90), new_therapy_on=on(89)).best == "NE"


def test_both_readers_take_the_same_scans_and_recist_1_1_stays_as_it_is():
    scans = sums(60, 35)

    assert [p.overall for p in read_history(LESIONS, scans, reference_on=INFUSION).time_points] == [
        Response.PD,
        Response.PR,
    ]
    assert found(*scans) == ["iUPD", "iPR"]


def test_both_readers_refuse_the_same_scans():
    with pytest.raises(HistoryError, match="T9"):
        read(scan(30, {"T9": 1}))


def test_scans_come_back_in_the_order_given():
    first, second = sums(60, 66)

    assert found(second, first) == ["iCPD", "iUPD"]
