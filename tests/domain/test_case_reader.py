"""The strict reader under every calculator."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial_edc.calculators import CaseError, Reader, percent


def test_values_come_back_in_their_type():
    reader = Reader(
        {
            "t": "Lung",
            "k": "CT",
            "n": Decimal("1.50"),
            "w": Decimal("28.0"),
            "f": False,
            "d": "2026-02-02",
            "l": [1],
        }
    )

    assert reader.text("t") == "Lung"
    assert reader.token("k", ("CT", "MRI")) == "CT"
    assert reader.number("n") == Decimal("1.5")
    assert (reader.integer("w"), type(reader.integer("w"))) == (28, int)
    assert reader.flag("f") is False
    assert reader.date("d") == datetime.date(2026, 2, 2)
    assert reader.items("l") == [1]
    reader.close()


def test_missing_and_null_give_the_default():
    reader = Reader({"x": None})

    assert [reader.text("x", "a"), reader.text("y", "a")] == ["a", "a"]
    assert [reader.number("x", None), reader.integer("y", 3), reader.flag("x", True)] == [None, 3, True]
    assert (reader.object("x"), reader.items("y", None), reader.date("x", None)) == (None, None, None)


def test_a_float_is_read_as_it_was_written():
    assert Reader({"x": 0.1}).number("x") == Decimal("0.1")


@pytest.mark.parametrize(
    ("ask", "value", "sentence"),
    [
        (lambda reader: reader.number("x"), None, "x is required."),
        (lambda reader: reader.number("x"), "1", 'x must be a number, got "1".'),
        (lambda reader: reader.number("x"), True, "x must be a number, got true."),
        (lambda reader: reader.number("x"), [1], "x must be a number, got a list."),
        (lambda reader: reader.number("x"), {}, "x must be a number, got an object."),
        (lambda reader: reader.number("x"), Decimal("sNaN"), "x must be a finite number, got sNaN."),
        (lambda reader: reader.number("x"), float("-inf"), "x must be a finite number, got -Infinity."),
        (lambda reader: reader.number("x", minimum=0), -1, "x must be 0 or more, got -1."),
        (lambda reader: reader.number("x", maximum=1), 2, "x must be 1 or less, got 2."),
        (
            lambda reader: reader.number("x"),
            Decimal("1e-60"),
            "x must have at most 50 digits before and after",
        ),
        (lambda reader: reader.integer("x"), Decimal("1.5"), "x must be a whole number, got 1.5."),
        (lambda reader: reader.flag("x"), 0, "x must be true or false, got 0."),
        (lambda reader: reader.flag("x"), "true", 'x must be true or false, got "true".'),
        (lambda reader: reader.text("x"), 5, "x must be text, got 5."),
        (lambda reader: reader.text("x"), "", 'x must be text, got "".'),
        (lambda reader: reader.token("x", ("A", "B")), "a", 'x must be one of A, B; got "a".'),
        (lambda reader: reader.token("x", ("A", "B")), ["A"], "x must be one of A, B; got a list."),
        (
            lambda reader: reader.date("x"),
            "2026-13-01",
            "x is 2026-13-01, which is not a day of the calendar.",
        ),
        (lambda reader: reader.date("x"), "2026-W05-1", "x must be a date written YYYY-MM-DD"),
        (lambda reader: reader.date("x"), "2026-02-02\n", "x must be a date written YYYY-MM-DD"),
        (lambda reader: reader.items("x"), "abc", 'x must be a list, got "abc".'),
        (lambda reader: reader.objects("x"), [{}, 1], "x[1] must be an object, got 1."),
        (lambda reader: reader.object("x"), [], "x must be an object, got a list."),
        (lambda reader: reader.text("x"), {"a": 1}, "x must be text, got an object."),
        (lambda reader: reader.date("x"), "x" * 200, "x must be a date written YYYY-MM-DD, got"),
    ],
)
def test_each_error_names_the_field_and_the_rule(ask, value, sentence):
    with pytest.raises(CaseError) as refused:
        ask(Reader({"x": value}))

    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 200


def test_paths_lead_into_lists_and_objects():
    reader = Reader({"visits": [{}, {"target": {"T1": "x"}}]})

    with pytest.raises(CaseError, match=r"visits\[1\]\.target\.T1 must be a number"):
        reader.objects("visits")[1].object("target").number("T1")


def test_a_key_that_nobody_asked_for_is_refused():
    reader = Reader({"a": 1, "typo": None}, "visits[0]")
    reader.number("a")

    with pytest.raises(CaseError, match=r"visits\[0\]\.typo is not a known key"):
        reader.close()


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9))
def test_percentages_are_rounded_half_even_from_the_exact_quotient(part, whole):
    exact = Fraction(part * 100 * 10_000, whole)

    assert percent(Decimal(part), Decimal(whole)) == Decimal(round(exact)) / 10_000


def test_a_percentage_of_zero_is_not_a_number():
    assert percent(Decimal(3), Decimal(0)) is None
