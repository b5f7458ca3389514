"""The entry form: a Django form with the sections of the declaration, drawn by the row template."""

import pytest
from crispy_forms.utils import render_crispy_form

from tests.books import CONTEXT, fill
from trial_edc.casebook.selectors.fields import FormState, field_view
from trial_edc.crf.form import EntryForm
from trial_edc.crf.registry import short_title
from trial_edc.crf.spec import form_spec


def drawn(entry, **more):
    """The form of an entry with a view for every item, as a page would show it."""
    state = FormState(
        saved=None,
        entry=entry,
        context=entry.context,
        raw={},
        messages={},
        queries={},
        verified={},
        previous=None,
        previous_label="",
        history_url="",
        readonly=False,
    )
    views = {one.address: field_view(one, state) for one in entry.spec}
    return EntryForm(entry.spec, context=entry.context, views=views, **more)


def test_the_form_has_a_field_for_every_item():
    spec = form_spec("ae")

    form = EntryForm(spec, context=CONTEXT)

    assert list(form.fields) == [one.name for one in spec]
    assert form.fields["ae.aeterm"].label == "Reported term"
    assert form.fields["ae.aeastgr"].disabled


def test_the_form_carries_the_sentences_of_what_cannot_be_right():
    entry = fill("ae", aectcae="Fatigue", aetoxgr="5")

    form = EntryForm(entry.spec, {"ae.aetoxgr": "5"}, context=CONTEXT, errors=entry.errors)

    assert not form.is_valid()
    assert form.errors == {"ae.aetoxgr": [entry.errors["aetoxgr"]]}


def test_the_sections_come_in_the_order_of_the_declaration():
    page = render_crispy_form(drawn(fill("d7/sv")))

    positions = [page.index(text) for text in ("Visit date", "Logs reviewed", "Any new or changed adverse event")]
    assert positions == sorted(positions)


@pytest.mark.parametrize("item", ["temp", "sysbp", "o2sup", "weight"])
def test_every_line_has_its_test_id_and_its_box(item):
    page = render_crispy_form(drawn(fill("d7/vs")))

    assert page.count(f'data-testid="field-vs.{item}"') == 1
    assert f'name="vs.{item}"' in page


def test_side_facts_of_a_row_stand_under_more():
    spec = form_spec("vs", visit_code="d7")
    rows = next(section for section in spec.sections if "temp" in {one.address for one in section.items})
    page = render_crispy_form(drawn(fill("d7/vs")))

    assert "vspos.temp" in {one.address for one in rows.details}
    assert {"vspos.temp", "vstoxgr.temp"}.isdisjoint(one.address for one in rows.lines)
    assert page.index('data-testid="field-vs.vspos.temp"') > page.index('<details class="more">')


def test_a_condition_goes_to_the_browser_as_json():
    page = render_crispy_form(drawn(fill("ae")))

    assert "&quot;items&quot;: [&quot;aeser&quot;], &quot;args&quot;: [&quot;Y&quot;]" in page


def test_a_short_name_stands_in_where_room_is_scarce():
    named = {code: short_title(code) for code in ("crs", "lbh", "vs")}

    assert named == {"crs": "CRS", "lbh": "Haematology", "vs": "Vital signs"}
