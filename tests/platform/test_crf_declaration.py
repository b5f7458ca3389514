"""A badly declared form is refused with a sentence before anything runs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, partial_date, yes_no
from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.spec import build_spec
from trial_edc.crf.system_checks import check_crfs, check_installed_crfs, check_versions
from trial_edc.protocol import load
from trial_edc.protocol.model import Cell


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    with isolate_apps("subjects"):
        yield


def form(fields=None, rows=(), *, meta=None, **crf):
    """A form of one item `aa` with what the test declares over it."""
    about = {"code": "zz", "title": "Test", "layout": "fields", "sections": [("All", ["aa"])], **crf}
    about = {name: value for name, value in about.items() if value is not None}
    inner = type("Crf", (), about)
    body = {"aa": item(yes_no("Answer")), **(fields or {}), "Crf": inner, "__module__": __name__}
    body["Meta"] = type("Meta", (meta,) if meta else (CrfModel.Meta,), {"app_label": "subjects", "abstract": False})
    return type("Form", (CrfModel,), body)


def row(fields, **crf):
    inner = type("Crf", (), {"form": "zz", **crf})
    meta = type("Meta", (CrfRow.Meta,), {"app_label": "subjects", "abstract": False})
    return type("Row", (CrfRow,), {**fields, "Crf": inner, "Meta": meta, "__module__": __name__})


def sentences(*forms, rows=()):
    return [error.msg for error in check_crfs(list(forms), list(rows))]


def test_a_well_declared_form_passes():
    assert sentences(form()) == []


def test_the_forms_of_the_study_pass():
    assert check_installed_crfs(None) == []


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"layout": None}, "class Crf lacks layout."),
        ({"code": "ZZ"}, "the code 'ZZ' is written in small letters and digits."),
        ({"layout": "page"}, "the layout 'page' is none of fields, rows, log."),
        ({"layout": "rows"}, "the layout rows and a table of rows go together."),
        ({"sections": [("All", ["aa", "bb"])]}, "section names 'bb', which is no item of the form."),
        ({"sections": [("All", ["aa"]), ("More", ["aa"])]}, "'aa' stands in two sections."),
    ],
)
def test_the_description_of_a_form_is_complete(declared, sentence):
    assert f"Form: {sentence}" in sentences(form(**declared))


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (lambda: models.CharField("Plain", max_length=5), "'bb' is a column without item(...)."),
        (lambda: item(yes_no("Answer:")), "the label of 'bb' ends with a colon."),
        (
            lambda: item(models.DecimalField("N", max_digits=4, decimal_places=1), range=(9, 2)),
            "the range of 'bb' runs from 9 down to 2.",
        ),
        (
            lambda: item(yes_no("Later"), since="2.0", until="2.0"),
            "'bb' is asked since 2.0 until 2.0, that is never.",
        ),
        (lambda: item(code("List", [("A", "a"), ("A", "b")])), "the codelist of 'bb' has a code twice."),
        (
            lambda: item(code("List", [("ND", "Not done"), ("Y", "Yes")])),
            "the codelist of 'bb' has a code that means a missing value.",
        ),
        (
            lambda: item(yes_no("Then"), shown_when=answered("qq", "Y")),
            "'bb' is shown when 'qq' ..., which is no item of the form.",
        ),
        (lambda: item(models.BinaryField("Blob")), "'bb': no kind of item for BinaryField."),
    ],
)
def test_an_item_is_declared_in_full(field, sentence):
    declared = form({"bb": field()}, sections=[("All", ["aa", "bb"])])

    assert f"Form: {sentence}" in sentences(declared)


def test_an_item_outside_all_sections_is_named():
    assert "Form: 'bb' stands in no section." in sentences(form({"bb": item(yes_no("Lost"))}))


def test_a_check_names_items_that_exist():
    declared = form()

    @edit_check(declared, "aa", "nosuch")
    def looks_odd(record, casebook):
        return Finding("Odd.")

    assert "Form: the check looks_odd reads 'nosuch', which is no item of the form." in sentences(declared)


@pytest.mark.filterwarnings("ignore:Model .* was already registered")
def test_a_derived_item_stands_beside_one_of_its_form():
    typed = form({"cc": item(yes_no("C"), beside="aa")}, sections=[("All", ["aa", "cc"])])
    lost = form({"cc": item(yes_no("C"), derive=len, beside="dd")}, sections=[("All", ["aa", "cc"])])

    assert "only a derived item" in sentences(typed)[0]
    assert "stands beside 'dd'" in sentences(lost)[0]


def test_a_code_belongs_to_one_form():
    assert sentences(form(), form())[0].endswith("the form code 'zz' is taken twice.")


def test_a_form_without_audit_triggers_is_refused():
    class Meta:
        app_label = "subjects"

    assert any("lacks the audit triggers" in sentence for sentence in sentences(form(meta=Meta)))


def test_a_measured_row_has_its_columns():
    table = row({"zztestcd": item(models.CharField("Test", max_length=9))}, key="zztestcd", measured="zz")
    head = form(layout="rows", sections=[("All", ["aa", "zztestcd"])])

    assert "Row: a measured row needs the item 'zzorres'." in sentences(head, rows=[table])


def test_a_row_names_its_form_and_key():
    table = row({"bb": item(yes_no("Answer"))}, form="qq", key="cc")

    found = sentences(form(), rows=[table])

    assert "Row: its form 'qq' does not exist." in found
    assert "Row: its key 'cc' is no item of the row." in found


def test_an_item_is_asked_in_its_versions_only():
    fields = {
        "old": item(yes_no("Old"), until="2.0"),
        "new": item(partial_date("New"), since="2.0"),
    }
    declared = form(fields, sections=[("All", ["aa", "old", "new"])])

    asked = {version: list(build_spec(declared, (), version).by_address) for version in ("1.0", "1.9", "2.0", "10.0")}

    assert asked == {"1.0": ["aa", "old"], "1.9": ["aa", "old"], "2.0": ["aa", "new"], "10.0": ["aa", "new"]}


def test_an_item_names_a_version_that_a_study_has():
    declared = form({"bb": item(yes_no("Later"), since="1.1")}, sections=[("All", ["aa", "bb"])])
    amended = replace(load("u87"), versions=("1.0", "1.1"))

    assert [error.msg for error in check_versions([declared], [load("u87")])] == [
        "Form: 'bb' names version 1.1, which no study has."
    ]
    assert check_versions([declared], [amended]) == []


@pytest.mark.parametrize("versions", [{"since": "1.1"}, {"until": "1.1"}])
def test_a_schedule_line_of_one_version_is_refused(versions):
    line = Cell("m6", "ecog", **versions)
    amended = replace(load("u87"), versions=("1.0", "1.1"), cells=(*load("u87").cells, line))

    assert [error.msg for error in check_versions([], [amended])] == [
        "u87: ecog at m6: a schedule by version is not supported."
    ]


def test_rows_without_a_key_are_told_apart_by_number():
    table = row({"trdiam": item(models.DecimalField("Diameter", max_digits=4, decimal_places=1))}, key="")
    head = form(layout="rows", sections=[("All", ["aa", "row"])])

    assert sentences(head, rows=[table]) == []
    assert list(build_spec(head, (table,), "1.0", keys=("1", "2")).by_address) == [
        "aa",
        "trdiam.1",
        "trdiam.2",
    ]


def test_installed_forms_stay_untouched_by_these_tests():
    assert not any(model.__name__ == "Form" for model in apps.get_models())
