"""The data dictionary as agreed: a change of any form shows here as a difference to review."""

import difflib
from pathlib import Path

from trial_edc.crf.dictionary import as_tsv, dictionary
from trial_edc.crf.registry import all_crfs, row_models
from trial_edc.crf.spec import protocol, study_fields

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "dictionary.tsv"


def test_the_dictionary_is_the_agreed_one():
    """To accept a change: `python -m tests.golden_dictionary`, then review the difference."""
    agreed, found = GOLDEN.read_text(encoding="utf-8"), as_tsv(dictionary())

    difference = list(difflib.unified_diff(agreed.splitlines(), found.splitlines(), "agreed", "declared", lineterm=""))

    assert not difference, "\n".join(difference)


def test_every_item_of_every_form_is_in_the_dictionary_once():
    lines = [(line.form, line.item) for line in dictionary()]
    declared = {
        (model.Crf.code, field.name)
        for model in all_crfs()
        for table in (model, *row_models(model.Crf.code))
        for field in study_fields(table)
    }

    assert len(lines) == len(set(lines))
    assert declared <= set(lines)


def test_the_verification_plan_names_items_that_exist():
    forms = {model.Crf.code for model in all_crfs()}
    known = {f"{line.form}.{line.item}" for line in dictionary()}

    assert {item for item in protocol().sdv.critical if item.partition(".")[0] in forms} <= known


def test_items_marked_for_verification_are_those_of_the_plan():
    marked = {f"{line.form}.{line.item}" for line in dictionary() if line.sdv}

    assert marked == set(protocol().sdv.critical)


def test_criteria_read_items_that_exist():
    forms = {model.Crf.code for model in all_crfs()}
    known = {f"{line.form}.{line.item}" for line in dictionary()}
    read = {item for one in protocol().criteria for item in one.reads if item.partition(".")[0] in forms}

    assert read <= known


def test_the_schedule_names_forms_that_exist():
    study = protocol()
    forms = {model.Crf.code: model.Crf.layout for model in all_crfs()}

    assert {cell.form for cell in study.cells} <= set(forms)
    assert {code for code, layout in forms.items() if layout == "log"} == set(study.log_forms)
    assert not {cell.form for cell in study.cells} & set(study.log_forms)
