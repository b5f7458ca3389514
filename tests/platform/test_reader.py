"""The casebook reader: two statements, exact values, in the order of time."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import scenarios
from trial_edc.casebook.actions.withdraw import withdraw_form
from trial_edc.casebook.reader import read, read_many


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


def n_statements(work):
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def test_a_whole_casebook_is_two_statements_whatever_it_holds(study, subject):
    before = n_statements(lambda: read(subject).all())
    scenarios.day_3(study, subject)
    scenarios.adverse_event(study, subject)

    assert before == n_statements(lambda: read(subject).all()) == 2


def test_a_form_not_asked_for_is_read_when_it_is_needed(study, subject):
    scenarios.day_3(study, subject)
    casebook = read(subject, {"inf"})

    assert n_statements(lambda: casebook["vs"]["temp"]) == 1
    assert n_statements(lambda: casebook["icf"]) == 0


def test_values_come_in_the_order_of_the_schedule_not_of_entry(study, subject):
    for path, temperature in (("d4/vs", "37.2"), ("d0/vs", "36.5"), ("d1/vs", "37.9")):
        scenarios.save(study, subject, path, {"vs.temp": temperature})

    assert read(subject)["vs"]["temp"] == [Decimal("36.5"), Decimal("37.9"), Decimal("37.2")]


def test_a_withdrawn_form_is_no_value_any_more(study, subject):
    event = scenarios.adverse_event(study, subject)

    withdraw_form(by=study["crc1"], instance=event, revision=1, reason="wrong subject")

    assert read(subject)["ae"] == []
    assert [one.status for one in read(subject).instances if one.form_code == "ae"] == ["withdrawn"]


def test_many_subjects_are_two_statements(study, subject):
    other = scenarios.infused_subject(study)

    assert n_statements(lambda: read_many([subject, other], {"inf", "icf"})) == 2
    assert len(read_many([subject, other], {"inf"})[other.pk]["inf"]) == 1
