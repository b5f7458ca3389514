"""A posted form: what can be saved, what is held back, what must be asked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.books import ZONE, book, fill, rules, said
from trial_edc.crf.entry import flatten
from trial_edc.crf.registry import all_crfs
from trial_edc.crf.spec import form_spec
from trial_edc.crf.values import box_text, completeness, display, from_stored, to_columns

SIGNS = {
    "vsdtc": "3mar26 08:40",
    "o2sup": "NONE",
    "temp": "37.1",
    "sysbp": "118",
    "diabp": "76",
    "pulse": "84",
    "resp": "16",
    "spo2": "98",
    "weight": "61.4",
}


def stored(entry):
    """What the database would give back of an entry, by the columns the save action writes."""
    columns = to_columns(entry.spec, entry.record)
    rows = [
        (row.model._meta.model_name, {**row.columns, "row_no": row.row_no}) for row in columns.rows
    ]
    about = {"id": 5, "visit_code": entry.record.visit_code, "revision": 1, "status": "complete"}
    return from_stored(entry.record.form_code, about, columns.head, rows)


def test_a_full_form_is_complete_and_asks_nothing():
    entry = fill("d7/vs", **SIGNS)

    assert (entry.errors, entry.findings, entry.unanswered) == ({}, [], [])
    assert completeness(entry.spec, entry.record) == (9, 9)


def test_what_cannot_be_right_is_held_back_and_the_rest_goes_on():
    entry = fill("d7/vs", **{**SIGNS, "temp": "hot", "pulse": "9999"})

    assert set(entry.errors) == {"temp", "pulse"}
    assert entry.record.temp is None
    assert entry.record.sysbp == 118
    assert entry.unanswered == ["temp", "pulse"]
    assert "temp" not in entry.changed


def test_a_held_box_keeps_the_saved_value():
    saved = stored(fill("d7/vs", **SIGNS))

    entry = fill("d7/vs", record=saved, temp="hot")

    assert entry.record.temp == Decimal("37.1")


def test_a_missing_reason_is_an_answer():
    entry = fill("d7/vs", **{**SIGNS, "weight": "ND", "weight__note": "bed rest"})

    assert entry.unanswered == []
    assert stored(entry).meta["weight"] == {"missing": "ND", "note": "bed rest"}
    assert entry.changed["weight"] == ("", "Not done")


def test_an_empty_box_stays_unanswered_until_it_is_explained():
    assert fill("d7/vs", **{**SIGNS, "temp": ""}).unanswered == ["temp"]


def test_a_value_outside_its_range_is_asked_about_in_one_sentence():
    entry = fill("d7/vs", **{**SIGNS, "sysbp": "82"})

    assert said(entry, "sysbp") == [
        "Systolic pressure is 82 mmHg; the expected range is 90–180. Correct it, or keep it and say why."
    ]


def test_a_kept_value_is_explained_until_it_changes():
    kept = stored(fill("d7/vs", **{**SIGNS, "sysbp": "82", "sysbp__keep": "source"}))

    again = fill("d7/vs", record=kept, temp="37.2")
    changed = fill("d7/vs", record=kept, sysbp="80")

    assert [finding.kept for finding in again.findings] == ["source"]
    assert [finding.kept for finding in changed.findings] == [""]


def test_one_problem_is_asked_about_once():
    before = fill("d4/vs", **{**SIGNS, "vsdtc": "28feb26 08:40"})

    entry = fill("d7/vs", casebook=book(before), **{**SIGNS, "pulse": "300"})

    assert rules(entry) == {("pulse", "range")}


def test_sending_a_saved_form_back_changes_nothing():
    saved = stored(fill("d7/vs", **{**SIGNS, "temp": "101.30", "temp__unit": "F", "weight": "ND"}))
    spec = form_spec("vs", visit_code="d7")
    boxes = {one.address: box_text(one, saved, time_zone=ZONE) for one in spec if one.is_asked}

    assert fill("d7/vs", record=saved, **boxes).changed == {}


def test_the_digits_typed_are_kept_beside_the_number():
    saved = stored(fill("d7/vs", **{**SIGNS, "temp": "37.0"}))

    assert saved.temp == 37
    assert display(form_spec("vs", visit_code="d7")["temp"], saved.temp, saved.meta["temp"]) == "37.0\u00a0°C"


@pytest.mark.parametrize(
    ("item", "typed", "unit", "standard"),
    [
        ("temp", "101.3", "F", "38.5"),
        ("weight", "135", "lb", "61.234970"),
        ("weight", "61.4", "kg", "61.4"),
    ],
)
def test_a_value_is_stored_as_reported_and_in_the_standard_unit(item, typed, unit, standard):
    saved = stored(fill("d7/vs", **{**SIGNS, item: typed, f"{item}__unit": unit}))
    row = next(row for row in saved.rows["vitalsignrow"] if row.key == item)

    assert (row.values["vsorres"], row.values["vsorresu"]) == (typed, unit)
    assert row.values["vsstresn"] == Decimal(standard)


def test_changing_the_unit_alone_is_a_change():
    saved = stored(fill("d7/vs", **{**SIGNS, "weight": "61.4"}))

    entry = fill("d7/vs", record=saved, weight="61.4", weight__unit="lb")

    assert entry.changed == {"weight": ("61.4\u00a0kg", "61.4\u00a0lb")}
    assert entry.corrections == {"weight"}


def test_a_first_answer_is_no_correction():
    saved = stored(fill("d7/vs", **{**SIGNS, "temp": ""}))

    assert fill("d7/vs", record=saved, temp="37.1").corrections == frozenset()


def test_a_conditional_item_is_asked_when_its_condition_holds():
    without = fill("d7/crs", crsdtc="3mar26 09:00", crstemp="37.2", crshyp="NONE", crso2="NONE")
    with_fever = fill("d7/crs", crsdtc="3mar26 09:00", crstemp="39.4", crshyp="ONE", crso2="LFNC")

    assert not {"crsfevdt", "crsvaso", "crsflow"} & without.expected
    assert {"crsfevdt", "crsvaso", "crsflow", "crshypoc", "crsfio2"} <= with_fever.expected


def test_an_answer_that_is_not_expected_any_more_stays_and_is_asked_about():
    saved = stored(fill("d7/crs", crsdtc="3mar26 09:00", crstemp="39.4", crsfevdt="un mar 2026"))

    entry = fill("d7/crs", record=saved, crstemp="37.0")

    assert entry.record.crsfevdt == "2026-03"
    assert ("crsfevdt", "not_expected") in rules(entry)


def test_items_follow_the_visit():
    assert "svsbyn" not in form_spec("sv", visit_code="d7")
    assert "svsbyn" in form_spec("sv", visit_code="d28")
    assert "svmhyn" in form_spec("sv", visit_code="scr")
    assert "svcmyn" not in form_spec("sv", visit_code="y3")
    assert {"svaeyn", "svcmyn"} <= set(form_spec("sv", visit_code="uns2").by_address)
    assert "vstpt" in form_spec("vs", visit_code="d0")
    assert "vstpt" not in form_spec("vs", visit_code="d7")
    assert "height" in form_spec("vs", visit_code="scr")
    assert "height" not in form_spec("vs", visit_code="d7")


def test_day_7_asks_what_the_protocol_asks():
    """The items a coordinator answers on an uneventful Day 7."""
    vitals = fill("d7/vs", o2sup="NONE")
    crs = fill("d7/crs", crstemp="37", crshyp="NONE", crso2="NONE", crsgri="0", crstrt="N")

    assert set(vitals.unanswered) | {"o2sup"} == set(SIGNS)
    assert crs.unanswered == ["crsdtc", "crsfevo", "crsicu"]


def test_further_analytes_are_rows_of_their_own(database):
    entry = fill("d7/lbh", mono="0.4", nosuch="1")

    assert entry.record.mono == Decimal("0.4")
    assert [row.key for row in to_columns(entry.spec, entry.record).rows] == ["mono"]
    assert "nosuch" not in entry.parsed


def test_a_record_knows_only_its_items():
    record = fill("d7/vs", temp="37").record

    assert record.height is None
    with pytest.raises(AttributeError, match="form 'vs' has no item 'crstemp'"):
        _ = record.crstemp


def test_what_is_not_posted_is_left_alone():
    saved = stored(fill("d7/vs", **SIGNS))

    entry = fill("d7/vs", record=saved, temp="38.0")

    assert set(entry.changed) == {"temp"}
    assert entry.record.weight == Decimal("61.4")


def test_ticked_choices_of_a_post_are_one_text():
    post = QueryDict("inf.infprem=&inf.infprem=PARACETAMOL&inf.infprem=ANTIHIST&inf.infnum=1")

    assert flatten(post) == {"inf.infprem": "PARACETAMOL,ANTIHIST", "inf.infnum": "1"}


def test_a_stored_record_reads_back_as_it_was():
    entry = fill("d7/vs", **SIGNS)
    again = stored(entry)

    assert again.vsdtc == datetime(2026, 3, 3, 0, 40, tzinfo=UTC)
    assert {name: again.values[name] for name in SIGNS} == {name: entry.record.values[name] for name in SIGNS}
    assert again.row_keys() == ("temp", "sysbp", "diabp", "pulse", "resp", "spo2", "weight")


@given(st.dictionaries(st.sampled_from(sorted(SIGNS)), st.text(max_size=20)))
def test_no_post_breaks_a_form(typed):
    entry = fill("d7/vs", **typed)

    assert set(entry.errors).isdisjoint(entry.changed)
    assert stored(entry).values.keys() >= {"vsdtc", "o2sup"}


def test_every_form_can_be_entered_blank():
    for model in all_crfs():
        code = model.Crf.code
        if code == "lbh":  # its laboratories are read from the database
            continue
        entry = fill(code if model.Crf.layout == "log" else f"d7/{code}")
        assert (entry.changed, entry.errors, entry.findings) == ({}, {}, [])
