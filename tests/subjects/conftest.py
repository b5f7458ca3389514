"""Fixtures of the reference study: an empty database of it, and one with the sample files loaded."""

import pytest

from tests import database as databases
from tests import pilot


@pytest.fixture
def pilot_study(fresh_database):
    """An empty database of the reference study."""
    pilot.mark(fresh_database)
    with pilot.pilot_settings():
        yield fresh_database


@pytest.fixture(scope="module")
def pilot_sample(template_database, django_db_blocker):
    """Name of a database with the sample in it, loaded once and only cloned."""
    with django_db_blocker.unblock(), databases.cloned(template_database) as clone:
        pilot.mark(clone)
        with databases.pointed_at(clone.name), pilot.pilot_settings():
            pilot.load(pilot.SAMPLE)
        yield clone.name


@pytest.fixture
def pilot_loaded(pilot_sample, django_db_blocker, tmp_path):
    """The sample in a database of this test, and its files to change."""
    with (
        django_db_blocker.unblock(),
        databases.cloned(pilot_sample) as clone,
        databases.pointed_at(clone.name),
        pilot.pilot_settings(),
    ):
        yield pilot.sample(tmp_path / "sdtm")
