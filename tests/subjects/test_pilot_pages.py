"""The pages of the reference study: the same pages, another protocol package."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pilot
from tests.contracts.test_query_ceilings import CEILINGS
from trial_edc.accounts.demo import create_demo_users
from trial_edc.accounts.entries import InviteEntry
from trial_edc.accounts.models import User
from trial_edc.casebook.mark import study_of_database
from trial_edc.protocol import load

SUBJECT = "/subjects/801-1001"
PAGES = {
    "worklist": "/",
    "subjects": "/subjects/",
    "subject": f"{SUBJECT}/",
    "visit": f"{SUBJECT}/visits/base/",
    "log": f"{SUBJECT}/ae/",
    "history": f"{SUBJECT}/history/",
    "queries": "/queries/",
}
OTHERS = ("product", "product/infusion", "participation", "eligibility", "tumour", "kinetics")


@pytest.fixture
def reader(pilot_loaded, client):
    """A data manager, who sees every site."""
    people = create_demo_users(since=date(2020, 1, 1), fixed_secret=True)
    client.force_login(people["dm1"], backend="trial_edc.accounts.backend.PeopleBackend")
    client.get("/me/")
    return client


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_within_its_statements(reader, name):
    with CaptureQueriesContext(connection) as statements:
        answer = reader.get(PAGES[name])

    assert answer.status_code == 200
    assert len(statements) <= CEILINGS[name]


def test_the_subject_page_shows_arm_visits_and_unplanned_ones_that_began(reader):
    shown = reader.get(f"{SUBJECT}/").content.decode()

    for words in ("Xanomeline High Dose", "Screening 1", "Week 26", "Unscheduled 4.1", "Off study"):
        assert words in shown
    assert "Unscheduled 9.3" not in shown


@pytest.mark.parametrize("path", ["visits/scr1/", "visits/w2/", "visits/w6/", "visits/w12/", "visits/uns1/"])
def test_every_filled_visit_opens(reader, path):
    assert reader.get(f"{SUBJECT}/{path}").status_code == 200


@pytest.mark.parametrize("log", ["ex", "mh", "cm", "ae"])
def test_every_log_and_its_first_entry_open(reader, log):
    assert reader.get(f"{SUBJECT}/{log}/").status_code == 200
    assert reader.get(f"{SUBJECT}/{log}/1/").status_code == 200


def test_forms_of_the_other_trial_do_not_exist(reader):
    assert reader.get(f"{SUBJECT}/icf/").status_code == 404
    assert reader.get(f"{SUBJECT}/visits/base/inf/").status_code == 404
    assert reader.get("/subjects/register/").status_code in (403, 404)
    assert "Register subject" not in reader.get("/subjects/").content.decode()


@pytest.mark.parametrize("path", ["/product/", "/bedside/", "/consents/", *(f"{SUBJECT}/{name}/" for name in OTHERS)])
def test_pages_of_the_other_trial_do_not_exist(reader, path):
    assert reader.get(path).status_code == 404


def test_a_subject_leads_to_the_worksheets_there_are(reader):
    shown = reader.get(f"{SUBJECT}/").content.decode()

    assert f'href="{SUBJECT}/labs/"' in shown
    assert f'href="{SUBJECT}/tumour/"' not in shown
    assert reader.get(f"{SUBJECT}/labs/?visit=scr1").status_code == 200


def test_the_bar_offers_no_page_of_a_cell_product(reader):
    shown = reader.get("/").content.decode()

    assert 'href="/endpoints/"' in shown
    assert 'href="/product/"' not in shown
    assert 'href="/bedside/"' not in shown


def test_a_coordinator_registers_nobody(reader, client):
    coordinator = User.objects.get(email="crc1@demo.example")
    client.force_login(coordinator, backend="trial_edc.accounts.backend.PeopleBackend")

    assert client.get("/subjects/register/").status_code == 404


def test_items_of_this_study_are_asked_and_others_are_not(reader):
    shown = reader.get(f"{SUBJECT}/ae/1/").content.decode()

    assert "Severity as collected" in shown
    assert "CTCAE grade" not in shown


def test_only_roles_of_the_study_are_offered(pilot_study):
    assert "MFR" not in load(pilot.STUDY).roles
    assert {role for role, _label in InviteEntry.base_fields["role"].choices} >= set(load(pilot.STUDY).roles)


def test_the_demo_has_people_and_no_made_up_subject(pilot_study, capsys):
    call_command("seed_demo")

    assert "load_sdtm" in capsys.readouterr().out
    assert User.objects.filter(is_demo=True).count() == 12


def test_a_new_database_becomes_that_of_its_study(fresh_database):
    assert study_of_database() == "u87"


def test_the_product_keeps_its_forms_and_items_to_itself(reader):
    u87 = load("u87")

    assert not u87.has_form("ex", ("cdiscpilot",))
    assert not u87.has_item("ae", "aesev", ("cdiscpilot",))
    assert u87.has_item("ae", "aetoxgr")


def test_migrating_with_the_wrong_study_is_refused(pilot_study):
    with pytest.raises(CommandError, match="belongs to study cdiscpilot; EDC_PROTOCOL names u87"), pilot.product():
        call_command("migrate", verbosity=0)
