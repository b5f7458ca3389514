"""Kaplan-Meier and exact proportions against published tables, scipy and R."""

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assessments.survival import (
    CONF_TYPES,
    kaplan_meier,
    landmark,
    numbers_at_risk,
    proportion,
    quantile,
    reverse_kaplan_meier,
    steps,
)

# Freireich et al., Blood 1963;21:699-716: weeks of remission under 6-MP, 0 = still in remission.
SIX_MP_TIME = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
SIX_MP_EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
# Miller RG, Survival Analysis 1981: maintained arm of the AML trial.
AML_TIME = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
AML_EVENT = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]

subjects = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("week", "at_risk", "survival", "error"),
    [
        (6, 21, 0.857, 0.0764),
        (7, 17, 0.807, 0.0869),
        (10, 15, 0.753, 0.0963),
        (13, 12, 0.690, 0.1068),
        (16, 11, 0.627, 0.1141),
        (22, 7, 0.538, 0.1282),
        (23, 6, 0.448, 0.1346),
    ],
)
def test_remission_under_6mp_is_as_published_by_kalbfleisch_and_prentice(week, at_risk, survival, error):
    found = landmark(kaplan_meier(SIX_MP_TIME, SIX_MP_EVENT), week)

    assert found.n_risk == at_risk
    assert found.surv == pytest.approx(survival, abs=5e-4)
    assert found.std_err == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize(
    ("week", "at_risk", "survival", "error"),
    [
        (9, 11, 0.909, 0.0867),
        (13, 10, 0.818, 0.1163),
        (18, 8, 0.716, 0.1397),
        (23, 7, 0.614, 0.1526),
        (31, 5, 0.491, 0.1642),
        (34, 4, 0.368, 0.1627),
        (48, 2, 0.184, 0.1535),
    ],
)
def test_aml_maintenance_is_as_in_the_manual_of_r_survival(week, at_risk, survival, error):
    found = landmark(kaplan_meier(AML_TIME, AML_EVENT), week)

    assert found.n_risk == at_risk
    assert found.surv == pytest.approx(survival, abs=5e-4)
    assert found.std_err == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_exact_limits_are_those_of_newcombe_1998_table_1(x, n, lower, upper):
    found = proportion(x, n)

    assert (found.lower, found.upper) == (pytest.approx(lower, abs=5e-5), pytest.approx(upper, abs=5e-5))


def test_a_rate_of_nobody_is_not_zero():
    assert proportion(0, 0).estimate is None


def test_the_exact_end_points_are_zero_and_one():
    assert proportion(0, 7).lower == 0
    assert proportion(7, 7).upper == 1


@pytest.mark.parametrize(("x", "n", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_proportion_refuses_what_cannot_be(x, n, level):
    with pytest.raises(ValueError, match=r"need|must"):
        proportion(x, n, level)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_exact_limits_agree_with_scipy_binomtest(counts, level):
    found = proportion(*counts, level)
    interval = stats.binomtest(*counts).proportion_ci(level, method="exact")

    assert found.lower == pytest.approx(interval.low, abs=1e-9)
    assert found.upper == pytest.approx(interval.high, abs=1e-9)


@given(subjects)
def test_the_curve_agrees_with_scipy_ecdf(people):
    time, event = zip(*people, strict=True)
    curve = kaplan_meier(time, event)
    other = stats.ecdf(stats.CensoredData.right_censored(time, ~np.array(event))).sf

    assert curve.time == pytest.approx(other.quantiles)
    assert curve.surv == pytest.approx(other.probabilities, abs=1e-12)


@given(subjects, st.integers(0, 39))
def test_censoring_never_raises_the_event_count_nor_lowers_the_curve(people, which):
    time, event = map(list, zip(*people, strict=True))
    censored = event.copy()
    censored[which % len(event)] = False

    before, after = kaplan_meier(time, event), kaplan_meier(time, censored)

    assert after.n_events <= before.n_events
    assert all(later >= earlier - 1e-12 for earlier, later in zip(before.surv, after.surv, strict=True))


@given(subjects, st.randoms())
def test_the_order_of_subjects_does_not_matter(people, source):
    mixed = people.copy()
    source.shuffle(mixed)

    assert steps(kaplan_meier(*zip(*people, strict=True))) == steps(kaplan_meier(*zip(*mixed, strict=True)))


@given(subjects, st.sampled_from([0.25, 0.5, 0.75]), st.sampled_from(CONF_TYPES))
def test_days_or_years_give_the_same_quantile(people, level, conf_type):
    time, event = zip(*people, strict=True)
    days = quantile(kaplan_meier(time, event, conf_type=conf_type), level)
    years = quantile(kaplan_meier([t / 365.25 for t in time], event, conf_type=conf_type), level)

    for name in ("time", "lower", "upper"):
        day, year = getattr(days, name), getattr(years, name)
        assert (day is None) == (year is None)
        assert day is None or year * 365.25 == pytest.approx(day)


@given(subjects)
def test_events_and_censorings_change_places_in_the_follow_up_curve(people):
    time, event = zip(*people, strict=True)

    assert reverse_kaplan_meier(time, event).n_events == len(event) - sum(event)


def test_near_equal_times_are_one_time():
    curve = kaplan_meier([0.3, 0.1 + 0.2, 0.5], [1, 1, 0])

    assert curve.time.tolist() == [0.3, 0.5]
    assert curve.events.tolist() == [2, 0]
    assert landmark(curve, 0.1 + 0.2).n_risk == 3


def test_an_event_comes_before_a_censoring_at_the_same_time():
    assert landmark(kaplan_meier([5, 5], [0, 1]), 5).surv == 0.5


def test_median_is_the_middle_of_the_stretch_when_survival_equals_one_half():
    assert quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).time == 2.5
    assert quantile(kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0])).time == 2


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_limits_do_not_exist_where_survival_is_one_or_zero(conf_type):
    curve = kaplan_meier([1, 2, 3], [0, 1, 1], conf_type=conf_type)

    assert (landmark(curve, 1).std_err, landmark(curve, 1).lower) == (0, None)
    assert (landmark(curve, 0).surv, landmark(curve, 0).upper) == (1, None)
    assert (landmark(curve, 9).surv, landmark(curve, 9).std_err, landmark(curve, 9).lower) == (0, None, None)


def test_numbers_at_risk_count_those_with_the_time_or_later():
    assert numbers_at_risk(kaplan_meier([1, 2, 2, 3], [1, 1, 0, 1]), [0, 2, 2.5, 4]) == (4, 3, 1, 0)


def test_a_curve_of_nobody_has_counts_and_nothing_else():
    curve = kaplan_meier([], [])

    assert (curve.n, curve.n_events, quantile(curve).time) == (0, 0, None)
    assert landmark(curve, 1).surv is None


@pytest.mark.parametrize(
    ("time", "event"), [([1], [1, 0]), ([-1], [1]), ([float("nan")], [1]), ([float("inf")], [1]), ([1], [2])]
)
def test_kaplan_meier_refuses_what_cannot_be(time, event):
    with pytest.raises(ValueError, match="must"):
        kaplan_meier(time, event)


def r_with_survival() -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('survival', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def r_answers(tmp_path_factory):
    """What R says of many random arms: rows of kind, case and numbers, and the arms."""
    if not r_with_survival():
        pytest.skip("Rscript with the package survival is not installed, so R is not asked.")
    folder = tmp_path_factory.mktemp("r")
    arms = list(random_arms())
    with (folder / "arms.csv").open("w", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(["case", "time", "status", "type", "level"])
        for i, (time, event, conf_type, level) in enumerate(arms):
            table.writerows([i, repr(t), e, conf_type, level] for t, e in zip(time, event, strict=True))
    script = Path(__file__).with_name("survfit.R")
    run = ["Rscript", str(script), str(folder / "arms.csv")]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    return arms, [line.split() for line in printed.splitlines()]


def random_arms():
    """150 arms of 1 to 40 subjects: tied, distinct, near-equal times; few to all events; every interval."""
    random = np.random.default_rng(7)
    for k in range(150):
        n = int(random.integers(1, 40))
        time = [
            random.integers(0, 8, n).astype(float),
            random.exponential(10, n),
            random.integers(1, 10, n) * 0.1 + random.choice([0, 1e-12, 5e-10], n),
        ][k % 3]
        event = (random.random(n) < random.choice([0, 0.3, 0.7, 1])).astype(int)
        yield time.tolist(), event.tolist(), CONF_TYPES[k // 3 % 3], (0.9, 0.95, 0.99)[k // 9 % 3]


def r_number(text: str) -> float | None:
    return None if text in ("NA", "NaN") else float(text)


def test_curves_agree_with_survfit_of_r(r_answers):
    arms, rows = r_answers
    curves = [kaplan_meier(t, e, conf_type=kind, conf_level=level) for t, e, kind, level in arms]
    remaining = [list(steps(curve)) for curve in curves]
    for kind, case, *numbers in rows:
        if kind != "step":
            continue
        mine = remaining[int(case)].pop(0)
        theirs = [r_number(text) for text in numbers]
        if theirs[2] == 1:
            theirs[4:] = [None, None]  # R prints 1 to 1 for the plain and log limits before the first event
        for found, wanted in zip(
            (mine.time, mine.n_risk, mine.surv, mine.std_err, mine.lower, mine.upper), theirs, strict=True
        ):
            assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-6, abs=1e-12))
    assert not any(remaining)


def test_medians_and_follow_up_agree_with_print_survfit_of_r(r_answers):
    arms, rows = r_answers
    for kind, case, *numbers in rows:
        if kind not in ("median", "follow_up"):
            continue
        time, event, conf_type, level = arms[int(case)]
        estimate = kaplan_meier if kind == "median" else reverse_kaplan_meier
        found = quantile(estimate(time, event, conf_type=conf_type, conf_level=level))
        for mine, theirs in zip((found.time, found.lower, found.upper), map(r_number, numbers), strict=True):
            assert mine == (None if theirs is None else pytest.approx(theirs, rel=1e-6))


def test_exact_limits_agree_with_binom_test_of_r(r_answers):
    compared = 0
    for kind, _, *numbers in r_answers[1]:
        if kind == "binom":
            x, n, level, lower, upper = (float(number) for number in numbers)
            found = proportion(int(x), int(n), level)
            assert (found.lower, found.upper) == (
                pytest.approx(lower, rel=1e-6),
                pytest.approx(upper, rel=1e-6),
            )
            compared += 1
    assert compared > 100
