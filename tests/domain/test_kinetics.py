"""Non-compartmental kinetics: rules for samples below the limit, areas, terminal slope, day 28."""

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.kinetics import DoseValue, Sample, Settings, analyse, by_dose_level
from assessments.kinetics_math import auc, auc_until, interpolate, terminal_fit
from tests.domain.science_cases import calculate

profiles = st.lists(
    st.tuples(st.integers(0, 500), st.floats(0, 1e6)),
    min_size=2,
    max_size=15,
    unique_by=lambda point: point[0],
).map(sorted)


def run(time, conc, *, time_unit="day", kind="plasma", lloq="0", embedded="drop"):
    """The values and reasons of a profile given as numbers; None is a sample that was not taken."""
    samples = [Sample(Decimal(str(t)), None if c is None else Decimal(str(c))) for t, c in zip(time, conc, strict=True)]
    found = analyse(samples, Settings(time_unit, Decimal(lloq), kind, embedded))
    return dict(found.values), dict(found.not_estimable)


@given(profiles, st.integers(0, 13), st.booleans())
def test_area_is_additive_over_a_split_at_a_sample(points, at, log_down):
    at = min(at, len(points) - 1)
    parts = auc(points[: at + 1], log_down=log_down) + auc(points[at:], log_down=log_down)

    assert parts == pytest.approx(auc(points, log_down=log_down), rel=1e-9, abs=1e-9)


@given(profiles, st.floats(0.01, 0.99), st.booleans())
def test_area_is_additive_over_a_split_between_samples(points, share, log_down):
    assume(all(concentration > 1e-3 for _, concentration in points))
    at = points[0][0] + share * (points[-1][0] - points[0][0])
    first = auc_until(points, at, log_down=log_down)
    position = sum(time <= at for time, _ in points)
    middle = (at, interpolate(points[position - 1], points[position], at, log_down=log_down))

    assert first + auc([middle, *points[position:]], log_down=log_down) == pytest.approx(
        auc(points, log_down=log_down), rel=1e-9
    )


@given(profiles)
def test_the_logarithmic_area_is_never_above_the_linear_one(points):
    assert auc(points, log_down=True) <= auc(points, log_down=False) * (1 + 1e-12) + 1e-9


def test_a_monoexponential_decline_is_read_exactly():
    rate = math.log(2) / 5
    time = [0, 1, 2, 4, 8, 16]
    conc = [100 * math.exp(-rate * t) for t in time]
    values, missing = run(time, [f"{c:.15g}" for c in conc], time_unit="h")

    assert values["half_life"] == pytest.approx(5)
    assert values["lambda_z_n_points"] == 5
    assert values["lambda_z_first_time"] == 1
    assert values["adj_r_squared"] == pytest.approx(1)
    assert values["auclast_linup_logdown"] == pytest.approx((100 - conc[-1]) / rate)
    assert values["aucinf_obs_linup_logdown"] == pytest.approx(100 / rate)
    assert values["pct_extrap_obs_linup_logdown"] == pytest.approx(conc[-1])
    assert missing == {}


def test_below_the_limit_is_zero_before_dropped_between_and_unused_after():
    values, _ = run([0, 1, 2, 3, 4, 5, 6], [4, 10, 20, 4, 10, 3, 0], lloq="5")

    assert (values["cmax"], values["tmax"], values["clast"], values["tlast"]) == (20, 2, 10, 4)
    assert values["auclast_linear"] == 5 + 15 + 30
    assert values["aucall_linear"] == 50 + 10 * 1 / 2


def test_a_concentration_equal_to_the_limit_is_quantifiable():
    assert run([0, 1], ["0.3", "0.1"], lloq="0.3")[0]["tlast"] == 0
    assert run([0, 1], ["0.3", "0.1"], lloq="0.1")[0]["tlast"] == 1


def test_embedded_values_below_the_limit_can_count_as_zero():
    values, _ = run([0, 1, 2], [2, 0, 2], embedded="zero")

    assert values["auclast_linear"] == 2


def test_samples_before_dosing_and_samples_not_taken_do_not_count():
    assert run([-1, 0, 1, 2], [50, 0, 8, 4])[0]["cmax"] == 8
    assert run([0, 1, 2, 3], [0, 8, None, 4])[0]["auclast_linear"] == 4 + 12


def test_nothing_is_added_before_the_first_sample():
    assert run([2, 4], [10, 10])[0]["auclast_linear"] == 20


def test_the_first_of_two_equal_peaks_is_tmax():
    assert run([0, 1, 2, 3], [0, 9, 9, 1])[0]["tmax"] == 1


def test_order_of_samples_does_not_matter():
    assert run([3, 0, 2, 1], [1, 0, 4, 8]) == run([0, 1, 2, 3], [0, 8, 4, 1])


def test_the_peak_itself_is_not_part_of_the_terminal_slope():
    values, missing = run([0, 1, 2, 3], [0, 8, 4, 2])

    assert values["lambda_z"] is None
    assert "fewer than 3" in missing["half_life"]
    assert missing.keys() >= {"clast_pred", "aucinf_obs_linear", "pct_extrap_obs_linup_logdown"}


def test_a_rising_end_has_no_half_life_even_when_a_poorer_fit_falls():
    points = [(1.0, 50.0), (2.0, 10.0), (3.0, 11.0), (4.0, 12.1), (5.0, 13.31)]

    assert terminal_fit(points) is None


def test_a_flat_end_has_no_half_life():
    assert terminal_fit([(1.0, 5.0), (2.0, 5.0), (3.0, 5.0)]) is None


def test_among_equally_good_fits_the_longest_is_taken():
    exact = [(float(t), math.exp(-t / 3)) for t in range(1, 9)]

    assert terminal_fit(exact).n_points == 8


def test_day_28_is_used_when_sampled():
    values, missing = run([0, 14, 28, 42], [0, 100, 50, 25], kind="cart")

    assert values["auc_0_28d_linear"] == 700 + 1050
    assert values["auc_0_28d_linup_logdown"] == pytest.approx(700 + 50 * 14 / math.log(2))
    assert set(missing) >= {"auc_0_28d_as_auclast_linear"}


def test_day_28_is_interpolated_on_the_falling_limb():
    values, _ = run([0, 21, 35], [0, 100, 25], kind="cart")

    assert values["auc_0_28d_linear"] == pytest.approx(1050 + (100 + 62.5) / 2 * 7)
    assert values["auc_0_28d_linup_logdown"] == pytest.approx(1050 + 50 * 7 / math.log(2))


def test_day_28_is_672_hours():
    days, _ = run([0, 7, 28], [0, 100, 50], kind="cart")
    hours, _ = run([0, 168, 672], [0, 100, 50], kind="cart", time_unit="h")

    assert hours["auc_0_28d_linear"] == pytest.approx(24 * days["auc_0_28d_linear"])


def test_auclast_stands_in_when_day_28_is_below_the_limit():
    values, missing = run([0, 7, 14, 28], [0, 100, 50, 0], kind="cart")

    assert values["auc_0_28d_linear"] is None
    assert values["auc_0_28d_as_auclast_linear"] == 350 + 525
    assert "BLQ" in missing["auc_0_28d_linear"]


def test_a_profile_that_ends_before_day_28_has_neither():
    values, missing = run([0, 7, 14], [0, 100, 50], kind="cart")

    assert values["auc_0_28d_linear"] is None
    assert values["auc_0_28d_as_auclast_linear"] is None
    assert "before day 28" in missing["auc_0_28d_as_auclast_linear"]


def test_only_copies_of_the_transgene_have_an_area_to_day_28():
    assert "auc_0_28d_linear" not in run([0, 28], [1, 2])[0]


def test_never_quantifiable_is_zero_exposure_and_no_half_life():
    values, missing = run([0, 7], [0, 3], lloq="5")

    assert (values["cmax"], values["auclast_linear"], values["aucall_linup_logdown"]) == (0, 0, 0)
    assert {"tmax", "clast", "half_life", "pct_extrap_obs_linup_logdown"} <= set(missing)


@pytest.mark.parametrize(("time", "conc"), [([], []), ([1, 2], [None, None]), ([-2], [5])])
def test_without_samples_everything_is_unknown(time, conc):
    values, missing = run(time, conc, kind="cart")

    assert set(values.values()) == {None}
    assert set(missing) == set(values)


def test_one_sample_spans_no_area():
    values, missing = run([3], [8])

    assert (values["cmax"], values["auclast_linear"]) == (8, None)
    assert missing["auclast_linear"] == "One sample spans no time."


def test_each_missing_value_has_its_reason():
    answer = calculate(
        "kinetics",
        {"time": [0, 7], "conc": [0, 9], "time_unit": "day", "conc_unit": "copies/ug gDNA", "kind": "cart"},
    )

    nulls = {key for key, value in answer.items() if value is None}
    assert nulls == set(answer["not_estimable"])


def test_dose_levels_have_geometric_mean_and_cv():
    values = [DoseValue("01", "DL1", 1.0), DoseValue("02", "DL1", math.e**2), DoseValue("03", "DL2", 5.0)]
    values += [DoseValue("04", "DL1", None), DoseValue("05", "DL1", 0.0)]

    first, second = by_dose_level(values)

    assert (first.dose_level, first.n) == ("DL1", 2)
    assert first.geometric_mean == pytest.approx(math.e)
    assert first.geometric_cv_percent == pytest.approx(100 * math.sqrt(math.e**2 - 1))
    assert first.left_out == (("04", "not estimable"), ("05", "zero has no logarithm"))
    assert (second.n, second.geometric_mean, second.geometric_cv_percent) == (1, pytest.approx(5), None)


def test_a_negative_value_has_no_geometric_mean():
    with pytest.raises(ValueError, match="value of 01"):
        by_dose_level([DoseValue("01", "DL1", -1.0)])
