"""3+3 and BOIN against their published tables."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adverse_events.dose_escalation import boin, dlt_evaluable, three_plus_three

TARGETS = ("0.15", "0.20", "0.25", "0.30", "0.35", "0.40")


def decide(n, dlts, *, exceeded=False):
    return three_plus_three(n=n, dlts=dlts, dose_above_exceeded=exceeded).decision


@pytest.mark.parametrize(
    ("n", "dlts", "expected"),
    [
        (3, 0, "escalate"),
        (3, 1, "expand"),
        (6, 0, "escalate"),
        (6, 1, "escalate"),
        *((n, 0, "stay") for n in (0, 1, 2, 4, 5)),
        *((n, 1, "stay") for n in (1, 2, 4, 5)),
        *((n, dlts, "de-escalate") for n in range(2, 7) for dlts in range(2, n + 1)),
    ],
)
def test_three_plus_three_decides_as_storer_1989(n, dlts, expected):
    assert decide(n, dlts) == expected


@pytest.mark.parametrize(
    ("n", "dlts", "expected"),
    [(3, 0, "expand"), (3, 1, "expand"), (6, 0, "mtd"), (6, 1, "mtd"), (6, 2, "de-escalate"), (4, 0, "stay")],
)
def test_below_an_exceeded_dose_six_subjects_make_the_mtd(n, dlts, expected):
    assert decide(n, dlts, exceeded=True) == expected


@pytest.mark.parametrize(("n", "dlts"), [(7, 0), (-1, 0), (3, 4), (3, -1)])
def test_impossible_counts_are_refused(n, dlts):
    with pytest.raises(ValueError, match="must be"):
        decide(n, dlts)


@pytest.mark.parametrize(
    ("target", "lambda_e", "lambda_d"),
    list(
        zip(
            TARGETS,
            (0.118, 0.157, 0.197, 0.236, 0.276, 0.316),
            (0.179, 0.238, 0.298, 0.359, 0.419, 0.479),
            strict=True,
        )
    ),
)
def test_boin_bounds_are_those_of_liu_and_yuan_2015(target, lambda_e, lambda_d):
    found = boin(target=Decimal(target), n=0, dlts=0)

    assert found.lambda_e == pytest.approx(lambda_e, abs=1e-3)
    assert found.lambda_d == pytest.approx(lambda_d, abs=1e-3)


@pytest.mark.parametrize(("n", "dlts"), [(3, 3), (6, 4), (9, 5), (12, 7)])
def test_boin_at_030_eliminates_at_the_published_counts(n, dlts):
    assert boin(target=Decimal("0.3"), n=n, dlts=dlts).decision == "eliminate"
    assert boin(target=Decimal("0.3"), n=n, dlts=dlts - 1).decision == "de-escalate"


def test_boin_never_eliminates_before_three_subjects():
    assert boin(target=Decimal("0.05"), n=2, dlts=2).decision == "de-escalate"
    assert boin(target=Decimal("0.3"), n=0, dlts=0).decision == "stay"


@given(st.sampled_from(TARGETS), st.integers(1, 40), st.data())
def test_the_table_and_the_decision_of_boin_agree(target, n, data):
    dlts = data.draw(st.integers(0, n))
    found = boin(target=Decimal(target), n=n, dlts=dlts)
    row = found.boundaries[n - 1]

    assert len(found.boundaries) == max(n, 18)
    assert row.n == n
    if row.eliminate_if_dlt_ge is not None and dlts >= row.eliminate_if_dlt_ge:
        assert found.decision == "eliminate"
    elif dlts <= row.escalate_if_dlt_le:
        assert found.decision == "escalate"
    elif row.deescalate_if_dlt_ge is not None and dlts >= row.deescalate_if_dlt_ge:
        assert found.decision == "de-escalate"
    else:
        assert found.decision == "stay"


def test_where_no_count_de_escalates_the_table_says_none():
    rows = boin(target=Decimal("0.3"), p_tox=Decimal("0.999999999999"), n=1, dlts=1).boundaries

    assert rows[0].deescalate_if_dlt_ge == 1
    assert rows[0].eliminate_if_dlt_ge is None


@pytest.mark.parametrize(
    ("target", "p_saf", "p_tox"),
    [("0", None, None), ("1", None, None), ("0.3", "0.3", None), ("0.3", None, "0.2")],
)
def test_boin_refuses_rates_out_of_order(target, p_saf, p_tox):
    low, high = (None if rate is None else Decimal(rate) for rate in (p_saf, p_tox))
    with pytest.raises(ValueError, match="p_saf < target < p_tox"):
        boin(target=Decimal(target), n=3, dlts=1, p_saf=low, p_tox=high)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"infused": False, "had_dlt": True}, False),
        ({"days_followed": 27}, False),
        ({"days_followed": 3, "had_dlt": True}, True),
        ({"dose_fraction": Decimal("0.79")}, False),
        ({"dose_fraction": Decimal("0.8")}, True),
    ],
)
def test_who_counts_for_dose_limiting_toxicity(changes, expected):
    subject = {
        "infused": True,
        "dose_fraction": Decimal(1),
        "minimum_dose_fraction": Decimal("0.8"),
        "days_followed": 28,
        "had_dlt": False,
    }
    found = dlt_evaluable(**subject | changes)

    assert found.evaluable is expected
    assert found.reason
