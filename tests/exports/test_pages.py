"""The endpoints pages: who may see them, what stands behind a number, what bad input gets."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.urls import get_resolver

from tests import scenarios
from tests.contracts.test_pages import filled, walk
from tests.platform.conftest import fresh_code
from trial_edc.accounts.passwords import DEMO_PASSWORD
from trial_edc.audit import clock
from trial_edc.exports import actions
from trial_edc.exports.models import DataCut
from trial_edc.reports import runner
from trial_edc.reports.models import ReportRun

CEILING = 10
SEERS = {"stat1", "dm1", "mm1", "aud1"}
MAKERS = {"stat1", "dm1"}
EVERYONE = ("stat1", "dm1", "mm1", "aud1", "crc1", "pi1", "si1", "cra1", "lab1", "mfr1", "nurse1", "admin1")
CHOSEN = "cut={cut}&set=infused&source=investigator"
# Address, method, who may; the others get 403, and 404 where a part of the results is named.
PAGES = [
    ("/endpoints/", "get", SEERS),
    ("/endpoints/cuts/", "get", MAKERS),
    ("/endpoints/cuts/", "post", MAKERS),
    ("/endpoints/compute/", "post", SEERS),
    (f"/endpoints/records/?{CHOSEN}&part=safety&table=overview&row=0&column=1", "get", SEERS),
    (f"/endpoints/table.csv?{CHOSEN}&part=safety&table=overview", "get", SEERS),
    (f"/endpoints/figure.svg?{CHOSEN}&part=survival&figure=km-os", "get", SEERS),
    (f"/endpoints/figure.png?{CHOSEN}&part=survival&figure=km-os", "get", SEERS),
    ("/endpoints/cuts/{cut}/101-0001/", "get", SEERS),
    ("/endpoints/cuts/{cut}/101-0001/ae/1/", "get", SEERS),
]


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def cut(study):
    """A computed cut of two subjects: one infused with an event and vital signs, one not infused."""
    subject = scenarios.infused_subject(study, day=9)
    scenarios.day_3(study, subject)
    scenarios.adverse_event(study, subject)
    scenarios.registered_subject(study)
    return computed(study, "Interim 1")


def computed(study, name):
    cut = actions.make_cut(by=study["stat1"], name=name, cutoff_on=clock.now().date())
    compute(study, cut)
    return cut


def compute(study, cut):
    run = actions.request_results(by=study["dm1"], cut=cut)
    assert runner.build(run.pk), ReportRun.objects.get(pk=run.pk).failure


def signed_in(client, study, who):
    client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.requirement("ACC-02")
def test_each_role_on_each_address(study, cut, client):
    wrong = {}
    for who in EVERYONE:
        signed_in(client, study, who)
        for address, method, may in PAGES:
            status = getattr(client, method)(address.format(cut=cut.pk)).status_code
            allowed = (200, 302, 422) if who in may else (403, 404)
            if status not in allowed:
                wrong[who, address, method] = status

    assert wrong == {}


def test_every_address_is_in_the_table():
    tested = {re.sub(r"\?.*", "", address).format(cut=1) for address, _method, _may in PAGES}
    found = set()
    for pattern in walk(get_resolver().url_patterns):
        view = getattr(pattern, "callback", None)
        if view and view.__module__.startswith("trial_edc.exports.views"):
            address = filled(str(pattern.pattern)).replace("<path:place>", "ae/1")
            found.add("/" + address.replace("<int:cut>", "1").replace("/S/", "/101-0001/"))

    assert found == tested


def test_who_may_not_see_results_makes_none(study, cut, client):
    signed_in(client, study, "crc1")

    for address, method, _may in PAGES:
        getattr(client, method)(address.format(cut=cut.pk))

    assert DataCut.objects.count() == 1
    assert ReportRun.objects.count() == 1


def test_a_statistician_makes_a_cut_with_password_and_code(study, client):
    scenarios.infused_subject(study)
    signed_in(client, study, "stat1")
    today = clock.now().date()
    typed = {"name": "Interim 1", "cutoff_on": f"{today:%d-%b-%Y}"}

    refused = client.post("/endpoints/cuts/", typed)
    code = fresh_code("stat1@demo.example")
    made = client.post("/endpoints/cuts/", {**typed, "password": DEMO_PASSWORD, "code": code})

    assert refused.status_code == 422
    assert b"Interim 1" in refused.content
    cut = DataCut.objects.get()
    assert (cut.name, cut.cutoff_on, cut.made_by) == ("Interim 1", today, study["stat1"])
    assert made.url == f"/endpoints/?cut={cut.pk}"
    waiting = client.get(made.url)
    assert "It waits for a worker" in text_of(waiting)
    assert runner.build(ReportRun.objects.get().pk)
    shown = text_of(client.get(made.url))
    assert "Any adverse event" in shown
    assert cut.content.sha256 in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "cutoff_on": "2026-01-01"}, "Enter a name for the cut."),
        ({"name": "A", "cutoff_on": ""}, "Enter the cut-off date."),
        ({"name": "A", "cutoff_on": "31-Feb-2026"}, "This is no date."),
        ({"name": "A", "cutoff_on": "2999-01-01"}, "lies in the future"),
        ({"name": "interim 1", "cutoff_on": "2026-01-01"}, "There is a cut named interim 1 already."),
        ({"name": "x" * 61, "cutoff_on": "2026-01-01"}, "The name is too long"),
        ({"name": "A\x00", "cutoff_on": "2026-01-01"}, "Null characters are not allowed"),
    ],
)
def test_a_cut_that_cannot_be_made_gets_a_sentence(study, client, typed, sentence):
    actions.make_cut(by=study["stat1"], name="Interim 1", cutoff_on=date(2026, 1, 1))
    signed_in(client, study, "dm1")
    proof = {"password": DEMO_PASSWORD, "code": fresh_code("dm1@demo.example")}

    response = client.post("/endpoints/cuts/", {**typed, **proof})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert typed["name"].replace("\x00", "") in response.content.decode().replace("\x00", "")
    assert DataCut.objects.count() == 1


def test_a_number_opens_its_subjects_and_a_subject_its_form(study, cut, client):
    signed_in(client, study, "stat1")
    page = client.get(f"/endpoints/?cut={cut.pk}").content.decode()
    number = re.search(r'href="(/endpoints/records/[^"]+table=overview&amp;row=0&amp;column=1)"', page)[1]

    records = client.get(number.replace("&amp;", "&")).content.decode()
    form = re.search(r'href="(/endpoints/cuts/\d+/101-0001/ae/1/)"', records)[1]
    shown = text_of(client.get(form))

    assert "Fatigue" in shown
    assert "As frozen in Interim 1" in shown
    assert "Open the form as it is now" not in shown
    subject = text_of(client.get(f"/endpoints/cuts/{cut.pk}/101-0001/"))
    assert "Vital signs" in subject


def test_the_statistician_reads_the_form_as_it_was(study, cut, client):
    subject = cut.rows.filter(form_code="vs").get().subject
    changed = {"vs.temp": "39.9", "vs.temp.reason": "entry_error"}
    scenarios.save(study, subject, "d3/vs", changed, revision=1)
    signed_in(client, study, "stat1")

    form = text_of(client.get(f"/endpoints/cuts/{cut.pk}/101-0001/d3/vs/"))

    assert "38.4" in form
    assert "39.9" not in form
    assert client.get("/subjects/101-0001/visits/d3/vs/").status_code == 403


def test_what_was_written_since_the_cut_is_counted(fresh_database, study, client):
    subject = scenarios.infused_subject(study)
    scenarios.day_3(study, subject)
    cut = computed(study, "Interim 1")
    signed_in(client, study, "dm1")

    def said():
        shown = text_of(client.get(f"/endpoints/?cut={cut.pk}"))
        return re.search(
            r"Nothing changed since this cut\.|\d+ values? changed since this cut\.|\d+ values entered", shown
        )[0]

    before = said()
    scenarios.save(study, subject, "d4/vs", {"vs.temp": "37.0", "vs.pulse": "80"})
    entered = said()
    scenarios.save(study, subject, "d3/vs", {"vs.temp": "39.9", "vs.temp.reason": "entry_error"}, revision=1)

    assert before == "Nothing changed since this cut."
    assert entered == "2 values entered"
    assert said() == "1 value changed since this cut."


def test_live_data_are_named_so_and_not_for_the_statistician(study, cut, client):
    run = actions.request_results(by=study["dm1"], cut=None)
    assert runner.build(run.pk)

    signed_in(client, study, "dm1")
    live = text_of(client.get("/endpoints/?cut=live"))
    signed_in(client, study, "stat1")

    assert "Live, not for analysis" in live
    assert "Any adverse event" in live
    assert client.get("/endpoints/?cut=live").status_code == 404
    assert client.post("/endpoints/compute/", {"cut": "live"}).status_code == 404
    assert "Live" not in text_of(client.get("/endpoints/"))


def test_a_table_is_the_same_as_a_file(study, cut, client):
    signed_in(client, study, "mm1")

    response = client.get(f"/endpoints/table.csv?{CHOSEN.format(cut=cut.pk)}&part=safety&table=overview")

    lines = list(csv.reader(io.StringIO(response.content.decode())))
    assert lines[1][0] == "Any adverse event"
    assert response["Content-Disposition"] == (
        'attachment; filename="endpoints-interim-1-infused-investigator-overview.csv"'
    )


def test_a_figure_says_which_cut_it_shows(study, cut, client):
    signed_in(client, study, "mm1")
    address = f"/endpoints/figure.svg?{CHOSEN.format(cut=cut.pk)}&part=survival&figure=km-os"

    shown, again = client.get(address), client.get(address + "&download=1")

    assert b"Interim 1, cut-off" in shown.content
    assert shown.content == again.content
    assert "Content-Disposition" not in shown
    assert again["Content-Disposition"].endswith('-km-os.svg"')
    assert "unsafe-inline" in shown["Content-Security-Policy"]
    assert client.get(address.replace(".svg", ".png")).content.startswith(b"\x89PNG")


STRANGE = [
    "/endpoints/?cut=999",
    "/endpoints/?cut=%00",
    "/endpoints/?cut=-1",
    "/endpoints/records/?cut={cut}&part=safety&table=overview&row=99999999999999999999&column=1",
    "/endpoints/records/?cut={cut}&part=safety&table=overview&row=-1&column=1",
    "/endpoints/records/?cut={cut}&part=safety&table=overview&row=0&column=0",
    "/endpoints/records/?cut={cut}&part=nothing&table=overview&row=0&column=1",
    "/endpoints/records/",
    "/endpoints/table.csv?cut={cut}&part=safety&table=nothing",
    "/endpoints/figure.svg?cut={cut}&part=safety&figure=nothing",
    "/endpoints/cuts/999/101-0001/",
    "/endpoints/cuts/{cut}/999-0001/",
    "/endpoints/cuts/{cut}/101-0001/d3/",
    "/endpoints/cuts/{cut}/101-0001/d3/vs/9/",
    "/endpoints/cuts/{cut}/101-0001/%00/vs/",
    "/endpoints/cuts/{cut}/101-0001/ae/99999999999999999999/",
]


def test_an_address_of_nothing_is_404(study, cut, client):
    signed_in(client, study, "dm1")

    statuses = {address: client.get(address.format(cut=cut.pk)).status_code for address in STRANGE}

    assert set(statuses.values()) == {404}, statuses


def test_a_strange_choice_falls_back_to_the_headline(study, cut, client):
    signed_in(client, study, "dm1")

    response = client.get("/endpoints/?set=%00&source=nobody")

    assert response.status_code == 200
    assert 'value="infused" selected' in response.content.decode()


def test_the_page_without_a_cut_says_how_to_make_one(study, client):
    signed_in(client, study, "stat1")

    assert "No data cut yet." in text_of(client.get("/endpoints/"))


def test_a_failed_computation_says_why(study, client):
    cut = actions.make_cut(by=study["stat1"], name="Interim 1", cutoff_on=date(2026, 1, 1))
    run = actions.request_results(by=study["stat1"], cut=cut)
    runner._end(runner._take(run.pk), ReportRun.State.FAILED, failure="The disk of the server is full.")
    signed_in(client, study, "stat1")

    shown = text_of(client.get("/endpoints/"))

    assert "The disk of the server is full." in shown
    assert "Compute the results" in shown


def test_the_page_stays_under_its_ceiling(study, cut, client):
    signed_in(client, study, "dm1")
    client.get("/me/")

    read_before = int(client.get("/endpoints/").headers["X-SQL-Count"])
    cached = int(client.get("/endpoints/").headers["X-SQL-Count"])

    assert cached < read_before <= CEILING


def test_results_older_than_the_application_say_so(study, cut, client, settings):
    settings.APP_VERSION = "99.0"
    signed_in(client, study, "dm1")

    shown = text_of(client.get("/endpoints/"))

    assert "Compute again to see what this version finds." in shown
    assert "Any adverse event" in shown


def test_a_cut_off_before_the_infusion_counts_nobody(study, cut, client):
    early = actions.make_cut(by=study["stat1"], name="Early", cutoff_on=clock.now().date() - timedelta(days=20))
    compute(study, early)
    signed_in(client, study, "dm1")

    shown = text_of(client.get(f"/endpoints/?cut={early.pk}"))

    assert "AE status confirmed to day 28: 0/0." in shown
