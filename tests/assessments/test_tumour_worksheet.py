"""The tumour worksheet: what it shows, what it saves, and what later follows from a changed measurement."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from assessments.selectors import responses_that_differ
from tests import scenarios
from tests.assessments.tumour_case import day, tumour_subject, typed_m6
from trial_edc.casebook.actions.queries import raise_query
from trial_edc.casebook.models import Draft, FormInstance, Query, Signature
from trial_edc.casebook.reader import read
from trial_edc.casebook.selectors.query_list import query_list
from trial_edc.casebook.selectors.signing import signing_queue


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return tumour_subject(study)


@pytest.fixture
def desk(study, client):
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")
    return client


def address(subject, visit="", rest=""):
    return reverse("tumour", args=[subject.code]) + rest + (f"?visit={visit}" if visit else "")


def cells(response, what):
    """Text of the cells of one derived row, by visit."""
    page = response.content.decode() if hasattr(response, "content") else response
    found = re.findall(rf'data-testid="recist-{what}-([\w-]+)"[^>]*>(.*?)</td>', page, re.S)
    return {visit: " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()) for visit, html in found}


def test_the_worksheet_shows_the_worked_case(subject, desk):
    response = desk.get(address(subject))

    assert response.context["page"].visit == "m6"
    assert int(response.headers["X-SQL-Count"]) <= 14
    assert cells(response, "sum") == {"base": "104 mm", "d28": "78 mm", "m2": "57 mm", "m3": "46 mm", "m6": "–"}
    assert cells(response, "baseline")["m3"] == "−55.8 %"
    assert cells(response, "nadir")["m2"] == "−26.9 % −21 mm"
    assert cells(response, "target") == {"base": "–", "d28": "SD", "m2": "PR", "m3": "PR", "m6": "–"}
    assert cells(response, "derived") == {
        "base": "–",
        "d28": "SD",
        "m2": "unconfirmed PR",
        "m3": "confirmed PR",
        "m6": "–",
    }
    assert response.context["page"].best == "PR, confirmed"


def test_a_scan_is_saved_and_a_response_without_its_reason_is_held_back(study, subject, desk):
    response = desk.post(address(subject, "m6"), typed_m6(study))

    assert response.status_code == 422
    assert (cells(response, "sum")["m6"], cells(response, "baseline")["m6"]) == ("53 mm", "−49.0 %")
    assert cells(response, "nadir")["m6"] == "+15.2 % +7 mm"
    assert (cells(response, "target")["m6"], cells(response, "derived")["m6"]) == ("PR", "PD")
    assert "Investigator PR differs from calculated PD at M6." in response.content.decode()
    book = read(subject)
    assert (book.record("m6", "tr").trsum, book.record("m6", "rs").rsinv) == (53, None)
    assert Draft.objects.get(form_code="rs").values["rs.rsinv"] == "PR"

    revision = ".".join(str(book.record("m6", form).revision) for form in ("tr", "nt", "rs"))
    given = typed_m6(study, **{"rs.rsinvrs": "The liver lesion is a haemangioma.", "_revision": revision})
    again = desk.post(address(subject, "m6"), given)

    assert again.status_code == 302
    response = read(subject).record("m6", "rs")
    assert (response.rsinv, response.rsovrl, response.rsbor, response.status) == ("PR", "PD", "PR", "complete")
    (differing,) = responses_that_differ([subject.site_id])
    assert differing.visit == "m6"
    assert not Draft.objects.exists()


def test_what_is_typed_is_kept_and_counted_at_once(study, subject, desk):
    typed = {"cell.1": "24", "cell.2": "13", "cell.3": "11", "cell.4": "TS", "scan_on": day(study, 180)}

    kept = desk.post(address(subject, "m6", "draft/"), {**typed, "_revision": "0.0.0"})

    assert kept.status_code == 200
    assert cells(kept.json()["page"], "sum")["m6"] == "53 mm"
    assert "+15.2 % (+7 mm) from the smallest sum, 46 mm at Month 3" in kept.json()["page"].replace("\u00a0", " ")
    assert FormInstance.objects.filter(visit__code="m6").count() == 0
    assert cells(desk.get(address(subject)), "sum")["m6"] == "53 mm"

    desk.post(address(subject, "m6", "discard/"))

    assert not Draft.objects.exists()


def test_a_cell_takes_a_number_or_a_word(study, subject, desk):
    typed = {"cell.1": "TS", "cell.2": "0", "cell.3": "ne", "cell.4": "7.5"}

    desk.post(address(subject, "m6"), typed_m6(study, **typed))

    record = read(subject).record("m6", "tr")
    assert [record[f"trstat.{n}"] for n in range(1, 5)] == ["TSTM", "ABSENT", "NOTEVAL", "MEASURED"]
    assert (record["trdiam.1"], record["trdiam.4"]) == (None, Decimal("7.5"))
    page = desk.get(address(subject, "m6")).content.decode()
    boxes = [re.search(rf'name="cell.{n}" form="f-tumour" value="([^"]*)"', page)[1] for n in range(1, 5)]
    assert boxes == ["TS", "0", "NE", "7.5"]


def test_a_cell_that_cannot_be_right_is_held_back_with_its_sentence(study, subject, desk):
    response = desk.post(address(subject, "m6"), typed_m6(study, **{"cell.2": "abc", "rs.rsinv": "PD"}))

    assert response.status_code == 422
    page = response.content.decode()
    assert 'data-testid="check-tr.trdiam.2"' in page
    assert 'value="abc"' in page
    assert read(subject).record("m6", "tr")["trdiam.1"] == 24


def test_a_changed_measurement_needs_a_reason_and_shows_what_later_changes(study, subject, desk):
    forms = FormInstance.objects.filter(subject=subject, form_code__in=("tr", "rs"), visit__code="m3")
    scenarios.signed(study, *forms)
    posted = {"cell.1": "60", "_revision": "1.1.1"}

    kept = desk.post(address(subject, "m2", "draft/"), posted)

    page = kept.json()["page"]
    assert 'data-testid="recist-later"' in page
    assert re.search(r"Best response: PR → \w+", page)
    assert "it needs signing again" in page
    assert 'data-testid="recist-reason"' in page

    refused = desk.post(address(subject, "m2"), posted)
    assert refused.status_code == 422
    assert read(subject).record("m2", "tr")["trdiam.1"] == 26
    assert 'value="60"' in refused.content.decode()

    saved = desk.post(address(subject, "m2"), {**posted, "reason": "source_corrected", "rs.rsinv": "SD"})
    assert saved.status_code == 302, saved.context["page"].summary

    book = read(subject)
    assert (book.record("m2", "tr").trsum, book.record("m2", "rs").rsovrl) == (91, "SD")
    assert (book.record("m3", "tr").trnadir, book.record("m3", "rs").rsbor) == (78, "SD")
    voided = Signature.objects.filter(instance__visit__code="m3", voided_at__isnull=False)
    assert {one.instance.form_code for one in voided} == {"tr", "rs"}
    assert all("Follows from Target lesions (M2)" in one.void_cause for one in voided)


def test_a_derived_response_that_no_longer_agrees_asks_for_a_look(study, subject, desk):
    desk.post(address(subject, "m2"), {"cell.1": "60", "cell.2": "30", "reason": "entry_error", "_revision": "1.1.1"})

    book = read(subject)
    assert (book.record("m2", "rs").rsovrl, book.record("m2", "rs").rsinv) == ("PD", "PR")
    (query,) = Query.objects.filter(instance__form_code="rs", instance__visit__code="m2", state="open")
    assert query.rule == "a_different_response_has_its_reason"
    assert query.messages.get().text.startswith("Investigator PR differs from calculated PD at M2.")


def test_somebody_elses_save_is_not_overwritten(study, subject, desk):
    response = desk.post(address(subject, "m3"), {"cell.1": "30", "reason": "entry_error", "_revision": "0.0.0"})

    assert response.status_code == 409
    assert "saved this scan while you were editing" in response.content.decode()
    assert read(subject).record("m3", "tr")["trdiam.1"] == 22
    assert 'value="30"' in response.content.decode()


def test_the_same_submit_twice_saves_once(study, subject, desk):
    posted = typed_m6(study, **{"rs.rsinv": "PD", "_token": "7d444840-9dc0-11d1-b245-5ffdce74fad2"})

    answers = [desk.post(address(subject, "m6"), posted).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert set(FormInstance.objects.filter(visit__code="m6").values_list("revision", flat=True)) == {1}


def test_the_day_of_a_confirming_scan_can_be_asked(study, client):
    subject = tumour_subject(study, scans=("d28", "m2"))
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")

    early = client.get(address(subject) + f"?book={day(study, 85)}").context["page"]
    late = client.get(address(subject) + f"?book={day(study, 88)}").context["page"]
    nonsense = client.get(address(subject) + "?book=soon")

    assert "25 days after the response" in early.booked
    assert "can confirm it" in late.booked
    assert "lies in the window of Month 3" in late.booked
    assert any("a scan confirms it from" in note for note in early.notes)
    assert "Enter the day as year-month-day" in nonsense.content.decode()


def test_another_method_and_a_scan_out_of_its_window_are_asked(study, subject, desk):
    posted = typed_m6(study, **{"method": "MRI", "scan_on": day(study, 150), "rs.rsinv": "PD"})

    kept = desk.post(address(subject, "m6", "draft/"), posted).json()["page"]

    assert "is measured by MRI; at baseline it was CT" in kept
    assert "Scanned on" in kept


def test_without_a_baseline_the_page_says_where_to_begin(study, client):
    subject = scenarios.infused_subject(study)
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")

    assert "No lesion is named yet." in client.get(address(subject)).content.decode()


BAD_BODIES = (
    {"cell.1": "\x00"},
    {"cell.1": "1e400", "cell.2": "NaN", "cell.3": "-5", "cell.99": "7"},
    {"cell.1": "x" * 50_000},
    {"_revision": "a.b"},
    {"_revision": "9" * 30},
    {"scan_on": "31-Feb-2026"},
    {"rs.rsinv": "XX", "nt.nlyn": "?", "nt.ntstat.50": "PRESENT", "nt.nlsize.9": "big"},
    {"reason": "nonsense", "cell.1": "30"},
    {},
)


def test_strange_input_is_no_error_of_the_program(subject, desk):
    places = [address(subject, visit, rest) for visit in ("m2", "m6") for rest in ("", "draft/")]

    statuses = {desk.post(place, body).status_code for body in BAD_BODIES for place in places}

    assert statuses <= {200, 302, 409, 422}


def test_a_visit_without_scans_is_404(study, client):
    subject = scenarios.infused_subject(study)
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")

    found = {
        visit: client.get(address(subject, visit)).status_code for visit in ("d3", "zzz", "uns1", "uns", "x" * 200)
    }

    assert set(found.values()) == {404}


def test_readers_see_no_boxes_and_cannot_save(study, subject, client):
    client.force_login(study["cra1"], backend="trial_edc.accounts.backend.PeopleBackend")

    shown = client.get(address(subject, "m3"))

    assert '<form method="post" id="f-tumour"' not in shown.content.decode()
    assert client.post(address(subject, "m3"), {"cell.1": "9"}).status_code == 403
    assert client.post(address(subject, "m3", "draft/"), {"cell.1": "9"}).status_code == 403


def test_numbered_rows_are_named_in_signing_and_in_queries(fresh_database, study, subject):
    form = FormInstance.objects.get(subject=subject, form_code="tr", visit__code="d28")
    scenarios.signed(study, form)
    changed = {"tr.trdiam.2": "16", "tr.trdiam.2.reason": "entry_error"}
    scenarios.save(study, subject, "d28/tr", changed)
    raise_query(by=study["cra1"], instance=form, item="trdiam.3", text="The report has 15 mm. Which is correct?")

    (row,) = (one for one in signing_queue(study.access("pi1")).rows if one.id == form.pk)
    (asked,) = (one for one in query_list(study.access("cra1"), {}).rows if one.label.startswith("Diameter"))

    labels = {(diff.label, diff.old, diff.new) for diff in row.diffs}
    assert ("Diameter (longest / short axis) (2)", "17\u00a0mm", "16\u00a0mm") in labels
    assert dict(row.values)["Diameter (longest / short axis) (4)"] == "11\u00a0mm"
    assert asked.label == "Diameter (longest / short axis) (3)"
