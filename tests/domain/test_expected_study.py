"""Every form, item, visit, schedule line, criterion and number that the study was asked to have is in the product.

The lists in `tests/golden/expected_*.tsv` were written from the requirements of the study, not from the code: a
line that is missing in the code fails here, whatever the code's own golden files say. Nothing is left out of the
forms, visits, schedule and criteria. Of the numbers, those that stand as a rule inside one function (release of
sterility, formulas, the definitions of a dose-limiting toxicity, endpoint conventions) are tested with it.
"""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from trial_edc.crf.registry import crf, has_crf, row_models
from trial_edc.crf.spec import item_fields
from trial_edc.protocol import load

GOLDEN = Path(__file__).parent.parent / "golden"
STUDY = load("u87")
WRITERS = {"MFR; site": "site or MFR or bedside"}  # bedside verifiers are people of the site with that one task
# What the code says otherwise, and why.
OTHER_TRACK = {("eos", "ds"): ""}  # what ends the study is asked whatever it switched off


def lines(name):
    with (GOLDEN / f"expected_{name}.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def items_of(form):
    """Every item of a form: of its head, of its rows, the analytes of its rows, its signature."""
    found = {field.name for table in (crf(form), *row_models(form)) for field in item_fields(table)}
    return found | {row.key for row in STUDY.all_rows(form)} | {getattr(crf(form).Crf, "signed_as", [""])[0]}


@pytest.mark.parametrize("form", sorted({line["form"] for line in lines("items")}))
def test_every_form_has_its_items_layout_and_writer(form):
    expected = [line for line in lines("items") if line["form"] == form]
    assert has_crf(form)

    about = crf(form).Crf
    assert {line["item"] for line in expected} - items_of(form) == set()
    assert {line["layout"] for line in expected} == {about.layout}
    writers = {WRITERS.get(line["writer"], line["writer"]) for line in expected} - {"system"}
    assert writers == {getattr(about, "writer", "site")}


def test_the_study_has_the_expected_number_of_forms_and_items():
    assert (len({line["form"] for line in lines("items")}), len(lines("items"))) == (48, 568)


def number(text):
    return int(text) if text else None


def test_every_visit_has_its_anchor_days_and_track():
    expected = [
        (
            *(line["visit"], line["anchor"], number(line["target_day"]), number(line["minus"]), number(line["plus"])),
            *(line["track"], line["planned_anchor"], number(line["planned_day"])),
        )
        for line in lines("visits")
    ]

    assert [
        (one.code, one.anchor, one.target_day, one.minus, one.plus, one.track, one.planned_anchor, one.planned_day)
        for one in STUDY.visits
    ] == expected


def test_the_schedule_is_the_expected_one():
    expected = set()
    for line in lines("schedule"):
        logs = line["logs"].replace("+", "").replace(";", " ").split()
        filled = [log.rstrip("+") for log in line["logs"].replace(";", " ").split() if log.endswith("+")]
        window = (line["sample_anchor"], number(line["earliest"]), number(line["latest"])) if line["latest"] else None
        track = OTHER_TRACK.get((line["visit"], line["form"]), line["track"])
        place = (line["visit"], line["form"], line["required"] == "Y", track)
        expected.add((*place, frozenset(logs), frozenset(filled), window))

    assert {
        (one.visit, one.form, one.required, one.track, frozenset(one.logs), frozenset(one.logs_filled), one.item_window)
        for one in STUDY.cells
    } == expected


def test_every_criterion_reads_what_decides_it_and_is_asked_when_it_should():
    expected = [
        (
            *(line["criterion"], line["kind"], tuple(line["reads"].split())),
            *(line["before_lymphodepletion"] == "Y", line["before_infusion"] == "Y"),
        )
        for line in lines("criteria")
    ]

    assert [
        (one.code, one.kind, one.reads, one.recheck_before_ld, one.recheck_before_infusion) for one in STUDY.criteria
    ] == expected


@pytest.mark.parametrize("line", lines("defaults"), ids=lambda line: line["default"])
def test_every_number_is_the_expected_one(line):
    value = STUDY
    for part in line["where"].split("."):
        value = value[int(part)] if part.isdigit() else value[part] if isinstance(value, dict) else getattr(value, part)
    if isinstance(value, tuple):
        assert " ".join(str(one) for one in value) == line["value"]
    elif isinstance(value, Decimal):
        assert value == Decimal(line["value"])
    else:
        assert str(value) == line["value"]
