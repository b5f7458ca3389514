"""The demo: its steps went through open gates, somebody failed screening, came back, another one moved."""

from datetime import date

import pytest
from django.core.management import call_command

from subjects.demo.courses import COURSES
from subjects.demo.seed import seed_demo
from subjects.models import Subject
from trial_edc.accounts import demo
from trial_edc.casebook.models import FormInstance, Query

AS_OF = date(2026, 3, 5)


@pytest.fixture
def people(db):
    people = demo.create_demo_users(since=date(2024, 1, 1))
    call_command("load_laboratories", verbosity=0)
    return people


def seeded(people, *courses):
    return seed_demo(as_of=AS_OF, people=people, courses=courses, say=lambda text: None)


def test_a_subject_of_the_demo_went_through_open_gates(people):
    course = next(one for one in COURSES if one.is_out_of_specification)

    (subject,) = seeded(people, course)

    assert not FormInstance.objects.filter(subject=subject, form_code="dv").exists()
    assert not Query.objects.filter(instance__subject=subject, rule__startswith="gate:").exists()
    subject.refresh_from_db()
    assert subject.cohort == course.cohort


def test_a_screening_failure_comes_back_and_another_subject_moves(people):
    failed, again, moved = COURSES[-3:]
    again = type(again)(**{**vars(again), "earlier_number": "103-0001"})

    first, second, third = seeded(people, failed, again, moved)

    assert (first.code, second.code, third.code) == ("103-0001", "103-0002", "102-0001")
    assert first.person == second.person
    assert Subject.objects.get(pk=third.pk).site.code == "103"
    assert not FormInstance.objects.filter(form_code="dv").exists()
