"""Gates: a step through a closed one is recorded, and opens one deviation, one query and one notice."""

from datetime import timedelta

import pytest

from subjects.crfs.dv import Deviation
from subjects.gates import closed_gates
from tests import scenarios
from tests.books import book, fill
from tests.subjects.test_ie import answers
from trial_edc.casebook.actions.queries import answer_query, close_query
from trial_edc.casebook.models import FormInstance, Query
from trial_edc.notices.models import Notice


@pytest.fixture
def study(db):
    return scenarios.study()


@pytest.fixture
def subject(study):
    return scenarios.registered_subject(study, days_ago=60)


def collected(study, subject, days_ago=10, **more):
    on = scenarios.today(subject.site) - timedelta(days=days_ago)
    return scenarios.save(study, subject, "aph/aph", {"aph.aphstdtc": f"{on.isoformat()} 09:00", **more}).instance


def deviations(subject):
    return list(FormInstance.objects.filter(subject=subject, form_code="dv").order_by("seq"))


def gate_queries(subject):
    return list(Query.objects.filter(instance__subject=subject, rule__startswith="gate:"))


def test_what_happened_is_recorded_and_opens_one_deviation_and_one_query(study, subject):
    form = collected(study, subject)

    (deviation,), (query,) = deviations(subject), gate_queries(subject)
    record = Deviation.objects.get(pk=deviation.pk)
    assert form.status == "partial"
    assert (record.dvcat, record.dvimp, deviation.status) == ("ELIGIBILITY", "IMPORTANT", "partial")
    assert record.dvterm.startswith("Leukapheresis of ")
    assert (query.instance_id, query.item, query.rule, query.state) == (form.pk, "aphstdtc", "gate:eligibility", "open")
    assert deviation.saved_by.full_name == "System"
    (notice,) = Notice.objects.filter(code="gate-breach")
    assert (notice.person, notice.path) == (study["mm1"], f"/subjects/{subject.code}/dv/1/")


def test_saving_again_opens_nothing_twice_and_closes_nothing(study, subject):
    collected(study, subject)
    collected(study, subject, **{"aph.aphbag": "120"})
    collected(study, subject, days_ago=11, **{"aph.aphstdtc.reason": "entry_error"})

    assert len(deviations(subject)) == 1
    assert [query.state for query in gate_queries(subject)] == ["open"]
    assert Notice.objects.filter(code="gate-breach").count() == 1


def test_the_query_stays_until_somebody_has_answered_and_reviewed_it(study, subject):
    collected(study, subject)
    (query,) = gate_queries(subject)
    answer_query(by=study["crc1"], query=query, text="The signature was given on paper.")
    close_query(by=study["dm1"], query=query)
    collected(study, subject, **{"aph.aphbag": "130"})

    query.refresh_from_db()
    assert query.state == "closed"
    assert len(gate_queries(subject)) == 1


def test_a_further_gate_found_later_opens_one_more(study, subject):
    collected(study, subject)
    on = scenarios.today(subject.site) - timedelta(days=30)
    withdrawn = {"icf.icfwddt": on.isoformat(), "icf.icfwdsc": "ALL", "icf.icfwdsv": "Y"}
    scenarios.save(study, subject, "icf/1", withdrawn)
    collected(study, subject, **{"aph.aphbag": "120"})

    assert [query.rule for query in gate_queries(subject)] == ["gate:eligibility", "gate:consent"]
    assert len(deviations(subject)) == 2


def test_a_step_through_open_gates_opens_nothing(study, subject):
    typed = {f"ie.{name.replace('__', '.')}": text for name, text in answers("scr", ieelig="Y").items()}
    signed = scenarios.save(study, subject, "scr/ie", typed).instance
    scenarios.signed(study, signed, meaning="eligibility")
    collected(study, subject)

    assert (deviations(subject), gate_queries(subject)) == ([], [])


CONSENTED = fill("icf", icftype="MAIN", icfdtc="1jan26 09:30")
FOLLOWED = fill("/icf/2", icftype="LTFU", icfdtc="1jan26 09:40")
ELIGIBLE = fill("scr/ie", **answers("scr", ieelig="Y"))
CONFIRMED = fill("d0/ie", **answers("d0", ieelig3="Y"))
RELEASED = fill("mfg/rel", relstat="RELEASED")


@pytest.mark.parametrize(
    ("step", "entries", "closed"),
    [
        ("leukapheresis", [], ["consent", "eligibility"]),
        ("leukapheresis", [CONSENTED], ["eligibility"]),
        ("leukapheresis", [CONSENTED, ELIGIBLE], []),
        ("leukapheresis", [fill("icf", icftype="TISSUE", icfdtc="1jan26 09:30"), ELIGIBLE], ["consent"]),
        (
            "leukapheresis",
            [fill("icf", icftype="MAIN", icfdtc="1jan26 09:30", icfwddt="2jan26", icfwdsc="PROC"), ELIGIBLE],
            ["consent"],
        ),
        (
            "leukapheresis",
            [fill("icf", icftype="MAIN", icfdtc="1jan26 09:30", icfwddt="2jan26", icfwdsc="BIOBANK"), ELIGIBLE],
            [],
        ),
        ("leukapheresis", [CONSENTED, fill("scr/ie", **answers("scr", ieelig="N"))], ["eligibility"]),
        ("infusion", [CONSENTED, CONFIRMED, RELEASED], ["follow-up-consent"]),
        ("infusion", [CONSENTED, FOLLOWED, CONFIRMED], ["release"]),
        ("infusion", [CONSENTED, FOLLOWED, CONFIRMED, RELEASED], []),
        ("infusion", [CONSENTED, FOLLOWED, CONFIRMED, fill("mfg/rel", relstat="OOS")], ["release"]),
        (
            "infusion",
            [
                *(CONSENTED, FOLLOWED, CONFIRMED),
                fill("mfg/rel", relstat="OOS", reloosap="MONITOR,INVESTIGATOR,ETHICS,SUBJECT"),
            ],
            [],
        ),
        (
            "infusion",
            [CONSENTED, FOLLOWED, CONFIRMED, RELEASED, fill("coi", coistep="THAW", coimatch="N")],
            ["identity"],
        ),
        (
            "infusion",
            [
                *(CONSENTED, FOLLOWED, CONFIRMED, RELEASED),
                *(fill("mfg/mfg", mfgbatch="LOT-1"), fill("d0/inf", infbatch="LOT-2")),
            ],
            ["identity"],
        ),
    ],
)
def test_which_gates_are_closed(step, entries, closed):
    casebook = book(*entries)
    signed = {one.id for one in casebook.instances if one.form_code == "ie"}

    assert [one.gate for one in closed_gates(step, casebook, signed=signed)] == closed


def test_without_the_signature_the_gate_is_closed():
    (gate,) = closed_gates("leukapheresis", book(CONSENTED, ELIGIBLE), signed=set())

    assert gate.why == "The investigator has not signed eligibility at Screening."
