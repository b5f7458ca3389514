"""Ways out of the study and back, each through the pages: screening failure, death, withdrawal, loss, transfer."""

import re
from datetime import timedelta

import pytest

from subjects.models import ConsentVersion, Subject, Visit
from tests import scenarios
from tests.subjects.test_ie import answers
from trial_edc.casebook.models import Draft, FormInstance


@pytest.fixture
def study(db):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study, days_ago=90)


@pytest.fixture
def infused(study):
    return scenarios.infused_subject(study, day=20)


def day(subject, ago):
    return (scenarios.today(subject.site) - timedelta(days=ago)).isoformat()


class Person:
    """Somebody at the pages of one subject."""

    def __init__(self, client, study, who, subject):
        self.client, self.subject = client, subject
        client.force_login(study[who], backend="trial_edc.accounts.backend.PeopleBackend")

    def get(self, rest=""):
        return self.client.get(f"/subjects/{self.subject.code}/{rest}").content.decode()

    def post(self, rest, **typed):
        return self.client.post(f"/subjects/{self.subject.code}/{rest}", typed)

    def save(self, path, revision=0, **typed):
        """Save a form by its page: "visits/eos/ds", "dd/1"."""
        form = [part for part in path.split("/") if not part.isdigit()][-1]
        named = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
        response = self.client.post(f"/subjects/{self.subject.code}/{path}/", {**named, "_revision": revision})
        assert response.status_code == 302, re.findall(r"data-text>([^<]*)<", response.content.decode())
        return response

    def offers(self):
        return re.findall(r'data-testid="offer-([\w-]+)"', self.get("participation/"))

    def take_up(self, key):
        """Prefill the form of an offer; what the draft says."""
        response = self.post("participation/take-up/", key=key)
        assert response.status_code == 302
        return Draft.objects.filter(subject=self.subject).latest("kept_at").values

    def cells(self, *visits):
        """The set of states of the forms of visits in the matrix."""
        page = self.get("?unfold=m9-m24,y3-y15")
        return {
            status
            for visit in visits
            for status in re.findall(rf'data-testid="cell-\w+-{visit}"[^>]*data-status="([\w-]+)"', page)
        }


@pytest.fixture
def crc(client, study, subject):
    return Person(client, study, "crc1", subject)


@pytest.fixture
def at_infused(client, study, infused):
    return Person(client, study, "crc1", infused)


def not_eligible(crc):
    typed = answers("scr", ieelig="N", ieorres__inc09="N", iesfreas="CRITERION")
    typed = {name: day(crc.subject, 60) if name.startswith("iedat") else text for name, text in typed.items()}
    crc.save("visits/scr/ie", **typed)


def test_screening_failure(crc):
    not_eligible(crc)
    assert crc.offers() == ["screen-failure-ds"]
    assert "Disposition: screen failure" in crc.get()

    draft = crc.take_up("screen-failure-ds")
    assert draft == {"ds.dsepoch": "SCREENING", "ds.dsdecod": "SCREENFAIL", "ds.dsstdtc": day(crc.subject, 60)}
    assert not FormInstance.objects.filter(form_code="ds").exists()  # proposed, not written
    crc.save("visits/eos/ds", dsepoch="SCREENING", dsdecod="SCREENFAIL", dsstdtc=day(crc.subject, 60))

    assert crc.offers() == []
    assert crc.cells("aph", "d0", "d28", "m12", "y5") == {"not-expected"}
    assert "Off study" in crc.get()


def register(client, earlier, code="101"):
    on = scenarios.today(Subject.objects.first().site).isoformat()
    typed = {"site": code, "consented_at": f"{on} 00:01", "consent_version": "2.0", "consent_type": "MAIN"}
    typed |= {"sex": "F", "birth_year": "1970", "earlier_number": earlier}
    return client.post("/subjects/register/", typed)


def test_re_screening_gives_a_new_number_linked_to_the_old_one(crc, client):
    refused = register(client, crc.subject.code)
    assert refused.status_code == 422
    assert "still in the study" in refused.content.decode()

    not_eligible(crc)
    crc.save("visits/eos/ds", dsepoch="SCREENING", dsdecod="SCREENFAIL", dsstdtc=day(crc.subject, 60))
    assert f"earlier={crc.subject.code}" in crc.get("participation/")
    assert (
        f'value="{crc.subject.code}"' in client.get(f"/subjects/register/?earlier={crc.subject.code}").content.decode()
    )
    assert register(client, crc.subject.code).status_code == 302

    new = Subject.objects.exclude(pk=crc.subject.pk).get()
    assert (new.code, new.person) == ("101-0002", crc.subject.person)
    assert f"/subjects/{new.code}/" in crc.get("participation/")


@pytest.mark.parametrize(
    ("number", "sentence"), [("102-0001", "No such number"), ("x", "No such number"), ("101-0001", "was infused")]
)
def test_who_cannot_be_screened_again(client, study, infused, number, sentence):
    other = scenarios.registered_subject(study, by="crc3", site="102")
    assert other.code == "102-0001"
    client.force_login(study["crc1"], backend="trial_edc.accounts.backend.PeopleBackend")

    response = register(client, number)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_early_death_on_day_5(client, study):
    subject = scenarios.infused_subject(study, day=20)
    crc = Person(client, study, "crc1", subject)
    died = day(subject, 15)
    crc.save("dd/1", dthdtc=died, dthcaus="CRS", dthrel="PROBABLE", dthsrc="RECORD")

    assert crc.offers() == ["death-ae", "death-sae", "death-surv", "death-ds"]
    event = crc.take_up("death-ae")
    assert event["ae.aetoxgr"] == "5"
    assert (event["ae.aeout"], event["ae.aeser"], event["ae.aeendtc"]) == ("FATAL", "Y", died)
    assert crc.cells("d7", "d10", "d28", "m3", "y15") == {"not-expected"}
    assert "not-expected" not in crc.cells("d3", "d4")
    assert "not-expected" not in re.findall(r'data-testid="cell-ds-eos"[^>]*data-status="([\w-]+)"', crc.get())

    crc.save("visits/eos/ds", dsepoch="TREATMENT", dsdecod="DEATH", dsstdtc=died, dstrans="N")
    crc.save("visits/eos/surv", svdt=died, svstat="DEAD", svlka=died, svsrc="VISIT")
    assert crc.offers() == ["death-ae", "death-sae"]
    Person(client, study, "pi1", subject).save(
        "ae/1", aeterm="CRS", aectcae="Cytokine release syndrome", aetoxgr="5", aestdtc=day(subject, 18), aeout="FATAL",
        aeendtc=died, aeser="Y",
    )  # fmt: skip
    assert crc.offers() == ["death-sae"]
    assert crc.take_up("death-sae")["sae.saenum"] == "AE-001"


def test_a_death_of_progression_proposes_no_event(at_infused):
    at_infused.save("dd/1", dthdtc=day(at_infused.subject, 1), dthcaus="PD", dthrel="UNRELATED", dthsrc="RECORD")

    assert at_infused.offers() == ["death-surv", "death-ds"]


@pytest.mark.parametrize(
    ("scope", "off", "still"),
    [
        ("PROC", ("d28", "m2"), "y5"),
        ("ALL", ("d28", "y5"), ""),
        ("BIOBANK", (), "m12"),
    ],
)
def test_withdrawal_by_its_scope(at_infused, scope, off, still):
    on = day(at_infused.subject, 1)
    at_infused.save("icf/1", revision=1, icfwddt=on, icfwdsc=scope, icfwdsv="Y")

    for visit in off:
        assert "not-expected" in at_infused.cells(visit)
    if still:
        assert at_infused.cells(still) & {"due", "not-due"}
    assert at_infused.offers() == ([] if scope == "BIOBANK" else ["withdrawal-ds"])


def test_withdrawal_of_treatment_before_the_infusion(crc):
    crc.save("icf/1", revision=1, icfwddt=day(crc.subject, 5), icfwdsc="TREAT", icfwdsv="Y")

    assert crc.cells("aph", "d0") == {"not-expected"}
    assert crc.offers() == ["withdrawal-ds"]
    assert crc.take_up("withdrawal-ds")["ds.dsepoch"] == "SCREENING"


def test_withdrawal_of_treatment_after_the_infusion_switches_nothing_off(at_infused):
    at_infused.save("icf/1", revision=1, icfwddt=day(at_infused.subject, 5), icfwdsc="TREAT", icfwdsv="Y")

    assert "not-expected" not in at_infused.cells("d28", "m12", "y5")
    assert at_infused.offers() == []


ATTEMPT = "{date}; telephone; no answer"


def test_lost_to_follow_up_is_offered_after_three_attempts_and_reversible(client, study):
    subject = scenarios.infused_subject(study, day=1300)
    crc = Person(client, study, "crc1", subject)
    lines = [ATTEMPT.format(date=day(subject, ago)) for ago in (40, 30)]
    crc.save("visits/y3/ltfu", ltatt="\n".join(lines))
    assert crc.offers() == []

    lines.append(ATTEMPT.format(date=day(subject, 20)))
    crc.save("visits/y3/ltfu", revision=1, ltatt="\n".join(lines), ltatt__reason="entry_error")
    assert crc.offers() == ["lost-ds"]
    assert crc.take_up("lost-ds")["ds.dsepoch"] == "LTFU"
    crc.save("visits/eos/ds", dsepoch="LTFU", dsdecod="LOST", dsstdtc=day(subject, 20))
    assert crc.cells("y4") == {"not-expected"}

    crc.save("visits/eos/ds", revision=1, dsdecod="", dsdecod__reason="entry_error")  # found again
    assert "not-expected" not in crc.cells("y4")
    assert crc.offers() == ["lost-ds"]


def test_out_of_window_and_missed_visits_propose_their_deviation(at_infused):
    subject = at_infused.subject
    at_infused.save("visits/d7/sv", svstdtc=day(subject, 10), svocc="Y")
    at_infused.save("visits/d10/sv", svstdtc=day(subject, 10), svocc="N", svreas="in another hospital")

    assert [one for one in at_infused.offers() if not one.endswith("d1")] == ["window-d7", "missed-d10"]
    prefilled = at_infused.take_up("window-d7")
    assert (prefilled["dv.dvcat"], prefilled["dv.dvstdtc"]) == ("WINDOW", day(subject, 10))
    assert "Day 7 took place on" in prefilled["dv.dvterm"]

    at_infused.save("dv/2", **{name.removeprefix("dv."): text for name, text in prefilled.items()})
    assert at_infused.offers() == ["missed-d10"]


def test_an_unscheduled_visit_is_opened_and_entered(at_infused):
    response = at_infused.post("unscheduled/")
    at_infused.save("visits/uns1/sv", svstdtc=day(at_infused.subject, 2), svocc="Y")

    assert response.status_code == 302
    assert Visit.objects.filter(subject=at_infused.subject, code="uns1").exists()
    assert "Unscheduled 1" in at_infused.get()


def test_a_transfer_moves_the_rights_and_keeps_the_history(client, study, infused):
    assert "Move to this site" not in Person(client, study, "crc1", infused).get("participation/")
    manager = Person(client, study, "dm1", infused)
    assert manager.post("participation/transfer/", site="102", reason="").status_code == 422
    assert manager.post("participation/transfer/", site="102", reason="moved to another town").status_code == 302

    infused.refresh_from_db()
    assert (infused.code, infused.site.code) == ("101-0001", "102")
    assert Person(client, study, "crc1", infused).client.get(f"/subjects/{infused.code}/").status_code == 404
    page = Person(client, study, "crc3", infused).get("participation/")
    assert "101 → 102" in page
    assert "moved to another town" in page
    assert "Infusion" in Person(client, study, "crc3", infused).get("history/")
    Person(client, study, "crc3", infused).save("visits/d3/vs", temp="37.2")


def test_a_new_consent_version_says_who_signs_again(client, study, subject):
    later = scenarios.registered_subject(study, days_ago=5)
    manager = Person(client, study, "dm1", subject)
    typed = {"site": "101", "version": "3.0", "dated_on": day(subject, 30), "active_on": day(subject, 20)}
    assert manager.client.post("/consents/", {**typed, "reconsent": "on"}).status_code == 302
    assert manager.client.post("/consents/", typed).status_code == 422
    assert ConsentVersion.objects.count() == 1

    page = manager.client.get("/consents/").content.decode()
    assert f'data-testid="reconsent-{subject.code}"' in page
    assert f'data-testid="reconsent-{later.code}"' not in page
    crc = Person(client, study, "crc1", subject)
    assert "Re-consent needed: version 3.0" in crc.get("participation/")

    crc.save("icf/2", icftype="RECONSENT", icfver="3.0", icfdtc=f"{day(subject, 3)} 09:00")
    assert "Re-consent needed" not in crc.get("participation/")


def test_an_offer_that_is_gone_is_refused_with_a_sentence(at_infused):
    response = at_infused.post("participation/take-up/", key="death-ds")

    assert response.status_code == 422
    assert "do not suggest it any more" in response.content.decode()
