"""Saving a form: one transaction of what can be right."""

import pytest

from tests import scenarios


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


def test_smoke(study, subject):
    saved = scenarios.day_3(study, subject)
    print(saved.status)
    ae = scenarios.adverse_event(study, subject)
    print(ae.status)
    print(scenarios.signed(study, ae))
