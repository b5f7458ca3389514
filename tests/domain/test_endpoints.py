"""OS, PFS and DOR: rows of the FDA example tables (2018), the EMA alternative, origins, cut-off; rates."""

from dataclasses import replace

import pytest

from assessments.endpoints import (
    Censoring,
    EndpointRules,
    Origin,
    Timeline,
    TimelineError,
    disease_control_rate,
    duration_of_response,
    months,
    overall_survival,
    progression_free_survival,
    response_rate,
)
from assessments.recist import Response, ResponseRules

from .recist_data import INFUSION, on, responses

FDA, EMA = EndpointRules(), EndpointRules(censoring=Censoring.EMA)


def timeline(*assessments, **dates):
    """Days from infusion; the baseline scan is five days before unless said otherwise."""
    days = {"baseline_on": -5, **dates}
    return Timeline(
        infusion_on=INFUSION,
        assessments=responses(*assessments),
        **{key: None if day is None else on(day) for key, day in days.items()},
    )


STABLE = ((28, "SD"), (60, "SD"))
FDA_TABLE = [
    ("no baseline assessment", timeline((28, "SD"), (60, "PD"), baseline_on=None), (0, False, "no_baseline")),
    ("no baseline, death", timeline(baseline_on=None, death_on=40), (0, False, "no_baseline")),
    ("progression", timeline(*STABLE, (90, "PD")), (90, True, "progression")),
    ("no progression, alive", timeline(*STABLE), (60, False, "ongoing")),
    ("last scan not evaluable", timeline(*STABLE, (90, "NE")), (60, False, "ongoing")),
    ("no scan, alive", timeline(last_known_alive_on=50), (0, False, "no_post_baseline")),
    ("only scans not evaluable", timeline((28, "NE")), (0, False, "no_post_baseline")),
    ("therapy first", timeline(*STABLE, (90, "PD"), new_therapy_on=70), (60, False, "new_therapy")),
    ("therapy on the scan day", timeline(*STABLE, (90, "PD"), new_therapy_on=60), (60, False, "new_therapy")),
    ("therapy before any scan", timeline((28, "SD"), new_therapy_on=20), (0, False, "new_therapy")),
    ("therapy without an event", timeline(*STABLE, new_therapy_on=40), (28, False, "new_therapy")),
    ("therapy on the event day", timeline(*STABLE, (90, "PD"), new_therapy_on=90), (90, True, "progression")),
    ("therapy after the event", timeline(*STABLE, (90, "PD"), new_therapy_on=91), (90, True, "progression")),
    ("death before the first scan", timeline(death_on=20), (20, True, "death")),
    ("death between scans", timeline(*STABLE, death_on=80), (80, True, "death")),
    ("death before progression", timeline((28, "SD"), death_on=40), (40, True, "death")),
    (
        "progression on the day of death",
        timeline(*STABLE, (90, "PD"), death_on=90),
        (90, True, "progression"),
    ),
    ("one missed scan", timeline(*STABLE, death_on=194), (194, True, "death")),
    ("two missed scans", timeline(*STABLE, death_on=195), (60, False, "missed_assessments")),
    (
        "scan not evaluable is missed",
        timeline(*STABLE, (90, "NE"), (180, "NE"), (270, "PD")),
        (60, False, "missed_assessments"),
    ),
    ("no scan at all, late death", timeline(death_on=75), (0, False, "missed_assessments")),
    ("no scan at all, one slot missed", timeline(death_on=74), (74, True, "death")),
    ("Non-CR/Non-PD is adequate", timeline((60, "Non-CR/Non-PD")), (60, False, "ongoing")),
]


@pytest.mark.parametrize(("row", "subject", "expected"), FDA_TABLE, ids=[row[0] for row in FDA_TABLE])
def test_fda_example_table_for_pfs(row, subject, expected):
    pfs = progression_free_survival(subject, FDA)

    assert (pfs.days_difference, pfs.event, pfs.reason) == expected
    assert pfs.days_plus_1 == pfs.days_difference + 1
    assert len(pfs.why) == 2


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (timeline(*STABLE, (90, "PD"), new_therapy_on=70), (90, True, "progression")),
        (timeline(*STABLE, death_on=195), (195, True, "death")),
        (timeline(*STABLE, new_therapy_on=40), (60, False, "ongoing")),
        (timeline(death_on=40, baseline_on=None), (0, False, "no_baseline")),
    ],
)
def test_ema_counts_the_event_regardless_of_therapy_and_gaps(subject, expected):
    pfs = progression_free_survival(subject, EMA)

    assert (pfs.days_difference, pfs.event, pfs.reason) == expected


def test_a_slot_is_missed_only_when_its_whole_window_is_empty():
    """Slot 90 with window 14: a scan on day 75 leaves it missed, one on day 76 reaches it."""
    plan = replace(FDA, scheduled_scan_days=(90,), max_missed=1)

    missed = progression_free_survival(timeline((75, "SD"), death_on=105), plan)
    reached = progression_free_survival(timeline((76, "SD"), death_on=105), plan)
    too_early = progression_free_survival(timeline((75, "SD"), death_on=104), plan)

    assert [time.event for time in (missed, reached, too_early)] == [False, True, True]


def test_slots_count_from_the_infusion_whatever_the_origin():
    subject = timeline(*STABLE, death_on=195, enrolment_on=-40, leukapheresis_on=-30)

    enrolment = progression_free_survival(subject, replace(FDA, pfs_origin=Origin.ENROLMENT))
    leukapheresis = progression_free_survival(subject, replace(EMA, pfs_origin=Origin.LEUKAPHERESIS))

    assert (enrolment.days_difference, enrolment.event) == (100, False)
    assert (leukapheresis.days_difference, leukapheresis.event) == (225, True)


def test_an_origin_that_is_missing_or_after_the_infusion_is_refused():
    enrolled = replace(FDA, pfs_origin=Origin.ENROLMENT)

    with pytest.raises(TimelineError, match="enrolment_date is required"):
        progression_free_survival(timeline(*STABLE), enrolled)
    with pytest.raises(TimelineError, match="after infusion_date"):
        progression_free_survival(timeline(*STABLE, enrolment_on=1), enrolled)


def test_assessments_on_or_before_the_infusion_are_not_seen():
    pfs = progression_free_survival(timeline((-3, "PD"), (0, "PD"), (28, "SD")), FDA)

    assert (pfs.days_difference, pfs.event) == (28, False)


def test_assessments_after_death_are_not_seen_and_named():
    subject = timeline((28, "SD"), (60, "PR"), (90, "PR"), death_on=59)

    pfs = progression_free_survival(subject, FDA)

    assert (pfs.days_difference, pfs.event, pfs.reason) == (59, True, "death")
    assert "2026-04-03, 2026-05-03" in pfs.why[1]
    assert duration_of_response(subject, FDA) is None


def test_nothing_after_the_cut_off_is_seen():
    subject = timeline(*STABLE, (90, "PD"), death_on=120, new_therapy_on=100)

    at = {day: progression_free_survival(replace(subject, cutoff_on=on(day)), FDA) for day in (89, 90)}

    assert (at[89].days_difference, at[89].reason) == (60, "ongoing")
    assert (at[90].days_difference, at[90].reason) == (90, "progression")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (timeline(death_on=100), (100, True, "death")),
        (timeline(death_on=100, cutoff_on=100), (100, True, "death")),
        (timeline(death_on=100, cutoff_on=99), (99, False, "alive")),
        (timeline(last_known_alive_on=80, cutoff_on=99), (80, False, "alive")),
        (timeline(last_known_alive_on=120, cutoff_on=99), (99, False, "alive")),
        (timeline((60, "NE"), last_known_alive_on=40), (60, False, "alive")),
        (timeline((60, "SD"), new_therapy_on=70), (70, False, "alive")),
        (timeline(new_therapy_on=120, cutoff_on=99), (99, False, "alive")),
        (timeline((120, "SD"), cutoff_on=99), (99, False, "alive")),
        (timeline(), (0, False, "alive")),
        (timeline(last_known_alive_on=-20), (0, False, "alive")),
        (timeline(death_on=0), (0, True, "death")),
    ],
)
def test_overall_survival(subject, expected):
    survival = overall_survival(subject)

    assert (survival.days_difference, survival.event, survival.reason) == expected


@pytest.mark.parametrize(
    ("subject", "plan", "expected"),
    [
        (timeline((28, "PR"), (60, "PR"), (90, "PD")), FDA, (28, 90, True, "progression")),
        (timeline((28, "SD"), (60, "PR"), (90, "PR"), (180, "PR")), FDA, (60, 180, False, "ongoing")),
        (timeline((28, "PR"), (55, "PR"), (56, "PR")), FDA, (28, 56, False, "ongoing")),
        (
            timeline((28, "PR"), (40, "NE"), (50, "NE"), (60, "PR"), (90, "PR")),
            FDA,
            (60, 90, False, "ongoing"),
        ),
        (timeline((28, "PR"), (60, "SD"), (90, "PR")), FDA, None),
        (
            timeline((28, "PR"), (60, "SD"), (90, "PR")),
            replace(FDA, response=ResponseRules(intervening_sd_allowed=True)),
            (28, 90, False, "ongoing"),
        ),
        (timeline((28, "PR"), (60, "PD")), FDA, None),
        (
            timeline((28, "PR"), (60, "PD")),
            replace(FDA, require_confirmation=False),
            (28, 60, True, "progression"),
        ),
        (timeline((28, "SD"), (60, "PD"), (90, "PR"), (120, "PR")), FDA, None),
        (timeline((28, "PR"), (60, "PR"), new_therapy_on=59), FDA, None),
        (
            timeline((28, "PR"), (60, "PR"), (90, "PD"), new_therapy_on=60),
            FDA,
            (28, 60, False, "new_therapy"),
        ),
        (timeline((28, "PR"), (60, "PR"), (90, "PD"), new_therapy_on=60), EMA, (28, 90, True, "progression")),
        (timeline((28, "PR"), (60, "PR"), baseline_on=None), FDA, None),
        (timeline((28, "PR"), (60, "PR"), cutoff_on=59), FDA, None),
        (timeline((28, "CR"), (60, "PR"), (90, "PR")), FDA, None),
        (timeline((28, "CR"), (60, "CR"), death_on=70), FDA, (28, 70, True, "death")),
        (timeline((28, "SD"), (60, "SD")), FDA, None),
    ],
)
def test_duration_of_response(subject, plan, expected):
    dor = duration_of_response(subject, plan)

    if expected is None:
        assert dor is None
    else:
        start, end, event, reason = expected
        assert (dor.start_on, dor.end_on, dor.event, dor.reason) == (on(start), on(end), event, reason)
        assert dor.days_plus_1 == end - start + 1


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        (timeline(death_on=-1), "death_date"),
        (timeline(cutoff_on=-1), "data_cutoff_date"),
        (timeline((28, "SD"), (28, "PR")), "also the date of another assessment"),
    ],
)
def test_dates_that_contradict_each_other_are_refused(subject, message):
    with pytest.raises(TimelineError, match=message):
        overall_survival(subject)
    with pytest.raises(TimelineError, match=message):
        progression_free_survival(subject, FDA)


def test_a_month_has_30_and_seven_sixteenths_days():
    assert months(487) == 16


BEST = {
    "a": Response.CR,
    "b": Response.PR,
    "c": Response.SD,
    "d": Response.NON_CR_NON_PD,
    "e": Response.PD,
    "f": Response.NE,
}


def test_the_denominator_is_the_analysis_set_and_a_subject_without_response_is_a_no():
    rate = response_rate(BEST, ["a", "b", "c", "e", "f", "never scanned"], interval=lambda x, n: (x, n))

    assert (rate.counted, rate.n_counted, rate.n_subjects, rate.interval) == (("a", "b"), 2, 6, (2, 6))
    assert rate.without_response == ("f", "never scanned")
    assert rate.not_counted == ("c", "e", "f", "never scanned")


def test_a_subject_outside_the_set_is_not_counted():
    assert response_rate(BEST, ["c"], interval=lambda x, n: (x, n)).interval == (0, 1)


def test_non_cr_non_pd_is_disease_control_only_when_asked():
    default = disease_control_rate(BEST, list(BEST), interval=lambda x, n: (x, n))
    wider = disease_control_rate(BEST, list(BEST), interval=lambda x, n: (x, n), count_non_cr_non_pd=True)

    assert (default.counted, wider.counted) == (("a", "b", "c"), ("a", "b", "c", "d"))
    assert "Non-CR/Non-PD" in wider.why[0]


def test_a_subject_twice_in_the_set_is_refused():
    with pytest.raises(ValueError, match="listed twice"):
        response_rate(BEST, ["a", "a"], interval=lambda x, n: (x, n))
