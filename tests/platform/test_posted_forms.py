"""What a browser never sends and people sometimes do: told in words, nothing lost, nothing claimed."""

import uuid

import pytest
from django.test import Client

from tests import scenarios
from trial_edc.casebook.actions.not_done import mark_not_done
from trial_edc.casebook.models import Draft, FormInstance
from trial_edc.casebook.problems import NotAllowed


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study, day=9)


@pytest.fixture
def browser(study):
    browser = Client()
    browser.force_login(study["crc1"])
    return browser


def address(subject, path):
    place = path if path.startswith("ae") else f"visits/{path}"
    return f"/subjects/{subject.code}/{place}/"


def post(browser, subject, path, **typed):
    form = path.split("/")[0 if path.startswith("ae") else 1]
    named = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
    return browser.post(address(subject, path), {"_revision": "0", **named})


@pytest.mark.requirement("SEC-03")
@pytest.mark.parametrize(
    "typed",
    [
        {"sysbp": "82", "sysbp__keep": "so\x00urce"},
        {"sysbp": "8\x002"},
        {"sysbp": "82", "sysbp__unit": "\x00"},
        {"weight": "ND", "weight__note": "a\x00b"},
        {"sysbp": "82", "sysbp__keep": "\x1b[31m\u0007 bell"},
    ],
)
def test_a_character_the_record_cannot_hold_brings_no_page_down(browser, subject, typed):
    assert post(browser, subject, "d7/vs", **typed).status_code in (302, 422)


@pytest.mark.requirement("SEC-03")
def test_a_reason_for_change_without_storable_characters_is_asked_again(browser, study, subject):
    scenarios.day_3(study, subject)
    typed = {
        "_revision": "1",
        "vs.temp": "39.4",
        "vs.temp.reason": "other",
        "vs.temp.reason_text": "a\x00bcd",
    }

    answer = browser.post(address(subject, "d3/vs"), typed)

    assert answer.status_code == 422
    assert "39.4" in answer.content.decode()
    assert FormInstance.objects.get(form_code="vs").revision == 1


@pytest.mark.parametrize("body", [{}, {"_revision": "0"}, {"vs": "1", "temp": "37"}])
def test_a_post_without_any_box_of_the_form_saves_nothing_and_says_so(browser, subject, body):
    answer = browser.post(address(subject, "d7/vs"), body)

    assert answer.status_code == 422
    assert "No field of this form was sent" in answer.content.decode()


def test_a_form_left_empty_is_not_called_saved(browser, subject):
    answer = browser.post(address(subject, "d7/vs"), {"_revision": "0", "vs.temp": "", "vs.pulse": " "}, follow=True)

    text = answer.content.decode()
    assert "Nothing was saved: no value was entered." in text
    assert "Saved." not in text
    assert not FormInstance.objects.filter(form_code="vs").exists()


@pytest.mark.parametrize("number", ["0", "1000", "99999999999999999999"])
def test_a_number_no_form_can_have_is_no_address(browser, subject, number):
    for place in (f"d7/vs/{number}", f"d7/vs/{number}/history", f"d7/vs/{number}/draft", f"ae/{number}"):
        assert browser.get(address(subject, place)).status_code == 404
        assert browser.post(address(subject, place), {"vs.temp": "37"}).status_code == 404


def test_a_form_is_not_entered_where_the_schedule_does_not_have_it(browser, study, subject):
    assert post(browser, subject, "d7/inf", infnum="1", infdtc="t 09:00").status_code == 404
    with pytest.raises(NotAllowed, match="schedule does not have this form"):
        scenarios.save(study, subject, "d7/inf", {"inf.infnum": "1"})
    assert FormInstance.objects.filter(form_code="inf").count() == 1
    assert browser.get(address(subject, "d7/inf")).status_code == 404


def test_a_new_entry_takes_the_next_number_of_its_log(browser, study, subject):
    scenarios.adverse_event(study, subject)

    answer = post(browser, subject, "ae/50", aeterm="headache")

    assert answer.status_code == 302
    assert list(FormInstance.objects.filter(form_code="ae").values_list("seq", flat=True).order_by("seq")) == [1, 2]


def test_the_draft_of_an_entry_that_moved_does_not_stay_on_somebody_elses(browser, study, subject):
    browser.post(address(subject, "ae/1/draft"), {"_revision": "0", "ae.aeterm": "headache"})
    scenarios.adverse_event(study, subject)

    post(browser, subject, "ae/1", aeterm="headache")

    assert not Draft.objects.exists()
    assert FormInstance.objects.filter(form_code="ae").count() == 2


@pytest.mark.requirement("DATA-09")
def test_a_token_of_another_save_hides_no_value(browser, subject):
    token = str(uuid.uuid4())
    first = {"_revision": "0", "_token": token, "vs.pulse": "77"}
    assert browser.post(address(subject, "d7/vs"), first).status_code == 302

    again = browser.post(address(subject, "d7/vs"), first)
    other_values = browser.post(address(subject, "d7/vs"), first | {"vs.pulse": "78"})
    other_form = browser.post(address(subject, "d7/vs/2"), first)

    assert again.status_code == 302
    assert other_values.status_code == other_form.status_code == 422
    assert "78" in other_values.content.decode()
    assert FormInstance.objects.filter(form_code="vs").count() == 1


def test_a_form_with_something_held_back_is_incomplete_on_the_matrix(browser, subject):
    answer = post(browser, subject, "d7/vs", pulse="77", weight="heavy")

    assert answer.status_code == 422
    for page in (f"/subjects/{subject.code}/", address(subject, "d7")):
        text = browser.get(page).content.decode()
        place = "cell-vs-d7" if page.endswith(f"{subject.code}/") else "form-vs"
        assert f'data-testid="{place}" data-status="partial"' in text
    post(browser, subject, "d7/vs/draft", weight="61")
    assert 'data-testid="cell-vs-d7" data-status="draft"' in browser.get(f"/subjects/{subject.code}/").content.decode()


def test_a_form_marked_not_done_meanwhile_says_so(browser, study, subject):
    mark_not_done(by=study["crc2"], slot=scenarios.slot(subject, "d7/vs"), reason="no nurse that day")

    answer = post(browser, subject, "d7/vs", pulse="77")

    assert answer.status_code == 422
    assert "marked not done" in answer.content.decode()


@pytest.mark.requirement("AUD-07")
def test_an_entry_made_in_error_stays_in_the_log_with_its_reason(browser, study, subject):
    event = scenarios.adverse_event(study, subject)
    browser.post(address(subject, "ae/1/withdraw"), {"_revision": str(event.revision), "reason": "entered twice"})

    text = browser.get(f"/subjects/{subject.code}/ae/").content.decode()

    assert 'data-status="withdrawn"' in text
    assert "Fatigue" in text
    assert "entered twice" in text
    alone = browser.get(address(subject, "ae/1")).content.decode()
    assert "Fatigue" in alone
    assert 'name="ae.aectcae"' not in alone
