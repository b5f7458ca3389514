"""Serious events on the pages: drafts at night, the event with its report, the board, notices."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from adverse_events.safety import telling
from adverse_events.safety.selectors import sae_clocks
from tests import scenarios
from trial_edc.audit import clock
from trial_edc.casebook.actions.drafts import discard_draft, keep_draft
from trial_edc.casebook.models import FormInstance
from trial_edc.notices.models import Notice

SERIOUS = {"aeser": "Y", "aesdth": "N", "aeslife": "Y", "aeshosp": "N", "aesdisab": "N", "aescong": "N", "aesmie": "N"}


@pytest.fixture
def study(database):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.infused_subject(study)


@pytest.fixture
def browsers(study):
    found = {}
    for name in study.people:
        found[name] = Client()
        found[name].force_login(study[name])
    return found


def _typed(moment):
    return f"{moment.astimezone(ZoneInfo('Asia/Shanghai')):%d-%b-%Y %H:%M}"


def reported(study, subject, *, seq=1, event=1, by="crc1", **changed):
    raw = {
        "sae.saenum": f"AE-{event:03d}",
        "sae.saetype": "INITIAL",
        "sae.saenarr": "Fever and low pressure.",
        **{f"sae.{name}": text for name, text in changed.items()},
    }
    return scenarios.save(study, subject, f"sae/{seq}", raw, by=by)


def page_of(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def sae_notices():
    """What was told of serious events; other notices of the subject are not theirs."""
    return Notice.objects.filter(code__startswith="sae-")


def clocks_of(subject):
    return sae_clocks([subject.site_id], subject_id=subject.pk)


@pytest.mark.requirement("SAF-02")
def test_a_draft_kept_at_night_is_on_every_page_before_it_is_saved(study, subject, browsers):
    at = f"/subjects/{subject.code}/ae/1/"
    browsers["crc1"].post(f"{at}draft/", {"ae.aeterm": "sepsis", "ae.aectcae": "Sepsis", "ae.aeser": "Y"})

    for name, path in [("pi1", "/"), ("pi1", at), ("pi1", f"/subjects/{subject.code}/"), ("pi1", "/safety/")]:
        shown = page_of(browsers[name], path)
        assert 'data-testid="sae-clock"' in shown, path
        assert 'data-state="running"' in shown, path
    assert "data-draft" in page_of(browsers["mm1"], "/?group=sae-clock")
    assert 'data-testid="sae-clock"' not in page_of(browsers["crc3"], "/")
    assert FormInstance.objects.filter(form_code="ae").count() == 0


def test_the_awareness_time_of_a_draft_report_sets_the_clock(study, subject, browsers):
    at = f"/subjects/{subject.code}"
    browsers["crc1"].post(f"{at}/ae/1/draft/", {"ae.aectcae": "Sepsis", "ae.aeser": "Y"})
    aware = _typed(clock.now() - timedelta(hours=20))
    browsers["crc1"].post(f"{at}/sae/1/draft/", {"sae.saenum": "AE-001", "sae.saeawdt": aware})

    (one,) = clocks_of(subject)

    assert (one.event, one.is_draft, one.is_estimated, one.state) == (1, True, False, "soon")
    assert f'data-due="{one.due_iso}"' in page_of(browsers["pi1"], f"{at}/ae/1/")


def test_a_discarded_draft_has_no_clock_and_a_new_one_starts_anew(study, subject):
    slot = scenarios.slot(subject, "ae/1")
    keep_draft(by=study["crc1"], slot=slot, values={"ae.aeser": "Y"})
    first = clocks_of(subject)[0].started_at
    discard_draft(by=study["crc1"], slot=slot)

    assert clocks_of(subject) == []
    keep_draft(by=study["crc1"], slot=slot, values={"ae.aeser": "Y"})
    assert clocks_of(subject)[0].started_at > first


def test_saving_the_draft_keeps_the_clock_that_ran_before(study, subject):
    keep_draft(by=study["crc1"], slot=scenarios.slot(subject, "ae/1"), values={"ae.aeser": "Y"})
    before = clocks_of(subject)[0].due

    scenarios.adverse_event(study, subject, by="pi1", **SERIOUS)

    (one,) = clocks_of(subject)
    assert (one.due <= before, one.is_draft) == (True, False)


@pytest.mark.requirement("SAF-02", "SAF-09")
def test_the_report_comes_with_the_event_on_one_page_and_stops_the_clock(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)
    at = f"/subjects/{subject.code}/ae/1/"
    shown = page_of(browsers["crc1"], at)
    assert 'data-testid="form-sae"' in shown
    assert 'value="AE-001"' in shown

    aware, sent = (_typed(clock.now() - timedelta(hours=hours)) for hours in (30, 2))
    first = {"sae.saenum": "AE-001", "sae.saetype": "INITIAL", "sae.saeawdt": aware, "_revision": "0"}
    saved = browsers["crc1"].post(f"/subjects/{subject.code}/sae/1/", first)  # no narrative yet: never blocked
    assert saved.status_code == 302
    assert clocks_of(subject)[0].state == "overdue"

    browsers["crc1"].post(f"/subjects/{subject.code}/sae/1/", {"sae.saerpdt": sent, "_revision": "1"})
    (one,) = clocks_of(subject)
    assert (one.state, one.text) == ("stopped", "reported, late by 4 h 00 min")
    assert 'data-testid="report-row"' in page_of(browsers["crc1"], at)
    assert 'data-testid="sae-clock"' not in page_of(browsers["crc1"], f"/subjects/{subject.code}/")


def test_a_follow_up_is_opened_with_the_number_of_the_event(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)
    reported(study, subject, saeawdt=_typed(clock.now() - timedelta(hours=3)))

    shown = page_of(browsers["crc1"], f"/subjects/{subject.code}/sae/2/?about=ae-1")

    assert 'value="AE-001"' in shown
    assert 'value="FOLLOWUP" data-digit="2" checked' in shown
    assert FormInstance.objects.filter(form_code="sae").count() == 1


def test_an_event_that_is_not_serious_asks_for_no_report(study, subject, browsers):
    scenarios.adverse_event(study, subject)

    shown = page_of(browsers["crc1"], f"/subjects/{subject.code}/ae/1/")

    assert "form-sae" not in shown
    assert "sae-clock" not in shown


@pytest.mark.requirement("SAF-07")
def test_the_sponsor_assesses_beside_the_investigator_and_never_over_it(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)
    reported(study, subject, saeawdt=_typed(clock.now() - timedelta(hours=3)))
    monitor = browsers["mm1"]

    assert 'data-testid="assess"' in page_of(monitor, f"/subjects/{subject.code}/ae/1/")
    shown = page_of(monitor, f"/subjects/{subject.code}/spa/1/?about=sae-1")
    assert 'data-testid="event-facts"' in shown
    assert "Possible" in shown
    refused = monitor.post(f"/subjects/{subject.code}/ae/1/", {"ae.aerelu87": "UNRELATED", "_revision": "1"})
    assert refused.status_code == 403
    assessed = {"spa.spasae": "1", "spa.spaexp": "UNEXP", "spa.sparel": "UNRELATED", "_revision": "0"}
    assert monitor.post(f"/subjects/{subject.code}/spa/1/", assessed).status_code == 302

    assert "data-differs" in page_of(browsers["pi1"], f"/subjects/{subject.code}/ae/1/")
    assert 'data-testid="difference-row"' in page_of(monitor, "/safety/")
    assert "no-such" not in page_of(monitor, "/?group=spa-missing")


@pytest.mark.requirement("SAF-08")
def test_what_waits_for_an_investigator_is_on_their_worklist_and_on_the_form(study, subject, browsers):
    raw = {"ae.aeterm": "tired", "ae.aectcae": "Fatigue", "ae.aeser": "N"}
    scenarios.save(study, subject, "ae/1", raw, by="crc1")

    assert 'data-testid="waits"' in page_of(browsers["crc1"], f"/subjects/{subject.code}/ae/1/")
    assert "AE-001 Fatigue" in page_of(browsers["pi1"], "/?group=causality")
    scenarios.adverse_event(study, subject, by="pi1")
    assert "AE-001 Fatigue" not in page_of(browsers["pi1"], "/?group=causality")


@pytest.mark.requirement("SAF-02", "SAF-03")
def test_a_serious_event_is_told_once_at_its_save(study, subject):
    scenarios.adverse_event(study, subject)
    assert sae_notices().count() == 0

    raw = {f"ae.{name}": text for name, text in SERIOUS.items()} | {"ae.aeser.reason": "entry_error"}
    scenarios.save(study, subject, "ae/1", raw, by="pi1")
    told = set(sae_notices().values_list("person__email", "code"))
    assert {f"{name}@demo.example" for name in ("pi1", "pi2", "si1", "mm1", "dm1")} == {who for who, _code in told}
    assert {code for _who, code in told} == {"sae-saved"}

    scenarios.save(study, subject, "ae/1", {"ae.aesmie": "Y", "ae.aesmie.reason": "entry_error"}, by="pi1")
    assert sae_notices().count() == len(told)


@pytest.mark.requirement("SAF-02")
@pytest.mark.parametrize(("hours", "code"), [(10, ""), (19, "sae-soon"), (25, "sae-overdue")])
def test_the_watch_tells_of_a_clock_near_its_end_once(study, subject, hours, code):
    aware = _typed(clock.now() - timedelta(hours=hours))
    keep_draft(by=study["crc1"], slot=scenarios.slot(subject, "ae/1"), values={"ae.aeser": "Y"})
    values = {"sae.saenum": "AE-001", "sae.saeawdt": aware}
    keep_draft(by=study["crc1"], slot=scenarios.slot(subject, "sae/1"), values=values)

    n = telling.watch_clocks()

    assert telling.watch_clocks() == 0
    assert set(sae_notices().values_list("code", flat=True)) == ({code} if code else set())
    assert (n > 0) is bool(code)
    assert sae_notices().filter(person=study["pi1"]).exists() is bool(code)


# the laboratory


def test_a_graded_value_becomes_an_event_without_typing(study, subject, browsers):
    day = f"{scenarios.today(subject.site) - timedelta(days=6):%d-%b-%Y}"
    scenarios.save(study, subject, "d3/sv", {"sv.svstdtc": day, "sv.svocc": "Y"})
    low = {"lbh.lbdtc": f"{day} 08:00", "lbh.anc": "0.32"}
    scenarios.save(study, subject, "d3/lbh", low)

    shown = page_of(browsers["crc1"], f"/subjects/{subject.code}/visits/d3/lbh/")
    assert f"/subjects/{subject.code}/ae/new/?about=d3-lbh-anc" in shown
    opened = browsers["crc1"].get(f"/subjects/{subject.code}/ae/new/?about=d3-lbh-anc")
    assert opened.headers["Location"] == f"/subjects/{subject.code}/ae/1/?about=d3-lbh-anc"
    entry = page_of(browsers["pi1"], opened.headers["Location"])
    assert 'value="Neutrophil count decreased"' in entry
    assert 'name="ae.aetoxgr" value="4" data-digit="4" checked' in entry
    proposed = page_of(browsers["crc1"], opened.headers["Location"])
    assert "Proposed; an investigator confirms it." in proposed
    assert 'id="ae.aetoxgr">4 ' in proposed
    assert "check-ae.aetoxgr" not in proposed
    assert FormInstance.objects.filter(form_code="ae").count() == 0


@pytest.mark.parametrize("about", ["", "x", "d3-lbh-zzz", "d3-vs-temp", "zz-lbh-anc", "ae-1", "d3-lbh-anc-anc-anc"])
def test_a_strange_origin_of_an_event_opens_an_empty_form(study, subject, browsers, about):
    shown = browsers["crc1"].get(f"/subjects/{subject.code}/ae/1/", {"about": about})

    assert shown.status_code == 200
    assert "data-prefilled" not in shown.content.decode()


# criteria


def test_the_published_text_is_loaded_and_quoted(study, subject, browsers, tmp_path):
    table = tmp_path / "ctcae.csv"
    table.write_text("term,grade_1,grade_2,grade_3,grade_4,grade_5\nFatigue,Relieved by rest,Not relieved,Limits,,\n")
    call_command("load_ctcae", str(table))
    call_command("load_ctcae", str(table))
    scenarios.adverse_event(study, subject)

    found = page_of(browsers["crc1"], "/ctcae/?q=Fatigue")
    assert "Relieved by rest" in found
    assert "Relieved by rest" in page_of(browsers["pi1"], f"/subjects/{subject.code}/ae/1/")
    table.write_text("term,grade_1\nFatigue,x\n")
    with pytest.raises(CommandError, match="columns term and grade_1 to grade_5"):
        call_command("load_ctcae", str(table))


# the board


@pytest.mark.requirement("ACC-02")
def test_every_role_on_the_board(study, subject, browsers):
    may = {name for name in browsers if study.access(name).can("read_live_data")}
    for path in ("/safety/", "/safety/list/?what=events"):
        statuses = {name: browser.get(path).status_code for name, browser in browsers.items()}
        assert {name for name, status in statuses.items() if status == 200} == may
        assert set(statuses.values()) == {200, 403}
    assert {"stat1", "admin1", "lab1", "mfr1", "nurse1"}.isdisjoint(may)


def test_every_number_of_the_board_opens_a_list_as_long(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)
    scenarios.adverse_event(study, subject, seq=2, aedlt="Y")
    shown = page_of(browsers["mm1"], "/safety/")
    numbers = re.findall(r'data-testid="number" href="([^"]+)">(\d+)<', shown)

    assert len(numbers) >= 6
    for url, n in numbers:
        opened = page_of(browsers["mm1"], url.replace("&amp;", "&"))
        assert opened.count('data-testid="list-row"') == int(n), url


def test_another_site_sees_nothing_of_it(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)

    assert subject.code not in page_of(browsers["pi3"], "/safety/")
    assert subject.code in page_of(browsers["pi1"], "/safety/")


def test_stopping_rules_are_counted_over_all_sites_or_not_at_all(study, subject, browsers):
    scenarios.adverse_event(study, subject, by="pi1")

    of_the_study, of_a_site = (page_of(browsers[who], "/safety/") for who in ("mm1", "pi1"))

    assert "rule-row" in of_the_study
    assert "rule-row" not in of_a_site
    assert "counted over all sites" in of_a_site


@pytest.mark.parametrize("query", ["", "?what=nothing", "?what=%00"])
def test_a_list_the_board_does_not_have_is_404(study, browsers, query):
    assert browsers["mm1"].get(f"/safety/list/{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["?what=events&grade=x", "?what=rule&rule=x", "?what=risk", "?what=events&term=%00&cohort=%FF"]
)
def test_a_strange_list_is_no_error(study, subject, browsers, query):
    assert browsers["mm1"].get(f"/safety/list/{query}").status_code == 200


def test_the_pages_stay_under_their_ceilings(study, subject, browsers):
    scenarios.adverse_event(study, subject, **SERIOUS)

    counts = {name: int(browsers[name].get("/safety/").headers["X-SQL-Count"]) for name in ("mm1", "pi1", "dm1")}
    assert max(counts.values()) <= 14, counts
    work = {name: int(browsers[name].get("/").headers["X-SQL-Count"]) for name in ("mm1", "pi1", "crc1")}
    assert max(work.values()) <= 14, work
