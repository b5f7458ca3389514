"""The history of a whole subject: newest first, by form and item, a hundred lines to a page."""

import pytest
from django.urls import reverse

from tests import scenarios
from trial_edc.accounts.models import AccessEvent
from trial_edc.casebook.actions.queries import raise_query
from trial_edc.casebook.models import FormInstance
from trial_edc.casebook.selectors.subject_history import LINES_PER_PAGE, history_page

MOST_STATEMENTS = 16


@pytest.fixture
def study(fresh_database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    subject = scenarios.infused_subject(study, day=9)
    instance = scenarios.day_3(study, subject)
    change = {"vs.temp": "39.4", "vs.temp.reason": "entry_error"}
    scenarios.save(study, subject, "d3/vs", change, revision=instance.revision)
    for seq in range(1, 7):
        scenarios.adverse_event(study, subject, seq=seq)
    return subject


def test_the_newest_change_comes_first_and_pages_follow_on(study, subject):
    first, second = history_page(subject), history_page(subject, number=2)

    assert first.lines[0].form == "Adverse event"
    assert (len(first.lines), first.previous_url, first.next_url) == (LINES_PER_PAGE, "", "?page=2")
    assert second.previous_url == "?page=1"
    assert second.lines
    assert not set(second.lines) & set(first.lines)


def test_one_item_of_a_row_shows_its_values_with_reason(study, subject):
    page = history_page(subject, form="vs", item="temp")

    assert [(line.old, line.new) for line in page.lines] == [("38.4", "39.4"), ("", "38.4")]
    assert page.lines[0].label.startswith("Temperature")
    assert (page.lines[0].place, page.lines[0].who) == ("Day 3", "Mei Lin")
    assert page.lines[0].reason


def test_people_are_named_and_never_shown_by_their_keys(study, subject):
    form = FormInstance.objects.get(subject=subject, form_code="ae", seq=6)
    raise_query(by=study["cra1"], instance=form, item="aeout", text="Has it ended?")
    scenarios.signed(study, form)
    ids = ("opened_by_id", "by_id", "signer_id", "saved_by_id")

    lines = [line for n in (1, 2, 3) for line in history_page(subject, number=n).lines if line.item in ids]

    named = {(line.item, line.new) for line in lines}
    assert {("opened_by_id", "S. Ortiz"), ("by_id", "S. Ortiz"), ("signer_id", "Dr Chen Rui")} <= named
    assert not [line for line in lines if line.new.isdecimal()]


def test_one_form_shows_nothing_of_others(study, subject):
    page = history_page(subject, form="ae")

    assert {line.form for line in page.lines} == {"Adverse event"}
    assert ("aeser", "Serious", False) in page.items


def test_an_unknown_filter_asks_nothing(study, subject):
    assert history_page(subject, form="nothing", item="else").lines == history_page(subject).lines
    assert history_page(subject, number=99).lines == ()


def test_the_page_is_counted_logged_and_closed_to_other_sites(study, subject, client):
    address = reverse("subject-history", args=[subject.code])
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")
    client.get("/me/")

    answer = client.get(address)

    assert answer.content.decode().count('data-testid="audit-row"') == LINES_PER_PAGE
    assert int(answer.headers["X-SQL-Count"]) <= MOST_STATEMENTS
    assert AccessEvent.objects.filter(kind=AccessEvent.Kind.TRAIL_VIEWED, user=study["crc1"]).count() == 1
    client.force_login(study["crc3"], backend="trial_edc.accounts.backend.PeopleBackend")
    assert client.get(address).status_code == 404


def test_the_drawer_and_the_subject_lead_to_it(study, subject, client):
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")
    address = reverse("subject-history", args=[subject.code])

    page = client.get(reverse("subject", args=[subject.code])).content.decode()
    drawer = client.get(reverse("field-history", args=[subject.code, "d3", "vs"]) + "?item=temp").content.decode()

    assert f'href="{address}"' in page
    assert f'href="{address}?form=vs&amp;item=temp"' in drawer
