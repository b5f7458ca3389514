"""ICANS of a day: ICE score, derived grade beside the investigator's."""

import pytest

from tests.books import fill, rules

DAY = {
    "icndtc": "3mar26 09:00",
    "icncom": "N",
    "icnunab": "N",
    "iceyr": "1",
    "icemo": "1",
    "icecity": "1",
    "icehosp": "1",
    "icename": "3",
    "icecmd": "1",
    "icewrt": "1",
    "iceatt": "1",
    "icncons": "ALERT",
    "icnsed": "N",
    "icnsz": "NONE",
    "icnmot": "NONE",
    "icnedm": "NONE",
    "icngri": "0",
}


def test_a_normal_day_has_ten_points_and_no_icans():
    entry = fill("d7/icn", **DAY)

    assert (entry.record.icetot, entry.record.icngrd) == (10, 0)
    assert (entry.unanswered, entry.findings) == ([], [])


@pytest.mark.parametrize(
    ("changed", "score", "grade"),
    [
        ({"icewrt": "0"}, 9, 1),
        ({"icename": "0"}, 7, 1),
        ({"icename": "0", "icewrt": "0"}, 6, 2),
        ({"icncons": "VOICE"}, 10, 2),
        ({"icnsz": "RAPID"}, 10, 3),
        ({"icnmot": "FOCAL"}, 10, 4),
        ({"icnmot": "TREMOR"}, 10, 0),
        ({"icnedm": "FOCAL"}, 10, 3),
        ({"icnedm": "DIFFUSE"}, 10, 4),
    ],
)
def test_the_worst_domain_counts(changed, score, grade):
    record = fill("d7/icn", **{**DAY, **changed}).record

    assert (record.icetot, record.icngrd) == (score, grade)


def test_awake_without_points_is_grade_three_unarousable_grade_four():
    nothing = dict.fromkeys(("iceyr", "icemo", "icecity", "icehosp", "icename", "icecmd", "icewrt", "iceatt"), "0")
    awake = fill("d7/icn", **{**DAY, **nothing}).record
    coma = fill("d7/icn", **{**DAY, **dict.fromkeys(nothing, ""), "icnunab": "Y", "icncons": "UNAROUS"})

    assert (awake.icetot, awake.icngrd) == (0, 3)
    assert (coma.record.icetot, coma.record.icngrd) == (0, 4)
    assert not set(nothing) & coma.expected


def test_the_score_waits_for_every_part():
    assert fill("d7/icn", **{**DAY, "iceatt": ""}).record.icetot is None


def test_four_objects_cannot_be_right():
    assert fill("d7/icn", **{**DAY, "icename": "4"}).errors["icename"] == (
        "Objects named cannot be 4; it lies between 0 and 3."
    )


def test_an_investigator_who_differs_is_asked():
    assert rules(fill("d7/icn", **{**DAY, "icngri": "1"})) == {("icngri", "investigator_agrees_with_derived")}


def test_unable_means_unarousable():
    assert ("icnunab", "unable_means_unarousable") in rules(fill("d7/icn", **{**DAY, "icnunab": "Y"}))
