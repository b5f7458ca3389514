"""When an item is asked; the server's answer and what the browser is told are one condition."""

import json
from decimal import Decimal

import pytest

from trial_edc.crf.conditions import all_of, answered, any_of, at_least, not_, outside

FEVER = at_least("temp", "38.0")


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        (answered("aeser", "Y"), {"aeser": "Y"}, True),
        (answered("aeser", "Y"), {"aeser": "N"}, False),
        (answered("aeser", "Y"), {}, False),
        (answered("icfwddt"), {"icfwddt": "2026-03-05"}, True),
        (answered("icfwddt"), {"icfwddt": None}, False),
        (answered("prem", "NONE"), {"prem": ["PARACETAMOL", "NONE"]}, True),
        (answered("prem"), {"prem": []}, False),
        (FEVER, {"temp": Decimal("38.0")}, True),
        (FEVER, {"temp": Decimal("37.9")}, False),
        (FEVER, {"temp": None}, False),
        (at_least("grade", 1), {"grade": "1"}, True),
        (outside("v", "lo", "hi"), {"v": 2, "lo": 3, "hi": 9}, True),
        (outside("v", "lo", "hi"), {"v": 2, "lo": None, "hi": 1}, True),
        (outside("v", "lo", "hi"), {"v": 2, "lo": 2, "hi": 2}, False),
        (all_of(FEVER, answered("o2", "NONE")), {"temp": 39, "o2": "NONE"}, True),
        (all_of(FEVER, answered("o2", "NONE")), {"temp": 37, "o2": "NONE"}, False),
        (any_of(FEVER, answered("o2", "LFNC")), {"temp": 37, "o2": "LFNC"}, True),
        (not_(answered("o2", "NONE")), {"o2": None}, True),
    ],
)
def test_a_condition_holds_for_values(condition, values, holds):
    assert condition.holds(values) is holds


def test_a_condition_is_told_to_the_browser_as_json():
    condition = all_of(FEVER, not_(answered("o2", "NONE", "BLOWBY")))

    assert json.loads(json.dumps(condition.to_json())) == {
        "op": "all",
        "parts": [
            {"op": "at_least", "items": ["temp"], "args": ["38.0"]},
            {"op": "not", "parts": [{"op": "answered", "items": ["o2"], "args": ["NONE", "BLOWBY"]}]},
        ],
    }


def test_a_condition_of_a_row_reads_the_addresses_of_that_row():
    condition = outside("lborres", "lbornrlo", "lbornrhi").at(lambda name: f"{name}.anc")

    assert condition.reads() == {"lborres.anc", "lbornrlo.anc", "lbornrhi.anc"}
