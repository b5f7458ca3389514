"""Serious event reports, the sponsor's assessment, DLT, IEC-HS, infection, pregnancy and hospital stays."""

from datetime import date

import pytest

from tests.books import book, fill, rules
from trial_edc.casebook.rights import WRITERS, entering

EVENT = {"aectcae": "Sepsis", "aetoxgr": "4", "aestdtc": "1mar26", "aerelu87": "POSSIBLE", "aeout": "RECOVERING"}


def event(**changed):
    return fill("ae", **{**EVENT, "aeser": "Y", "aesdth": "N", "aeslife": "N", **changed})


def report(casebook, **changed):
    typed = {
        "saenum": "AE-001",
        "saeawdt": "2mar26 08:05",
        "saerpdt": "2mar26 20:00",
        "saetype": "INITIAL",
        "saenarr": "Fever and hypotension on day 5.",
    }
    return fill("sae", casebook=casebook, **{**typed, **changed})


# Serious event report


def test_a_report_in_time_leaves_nothing_open():
    entry = report(book(event()))

    assert (entry.errors, entry.unanswered, entry.findings) == ({}, [], [])


@pytest.mark.parametrize(("reported", "is_late"), [("3mar26 08:05", False), ("3mar26 08:06", True)])
def test_an_initial_report_is_due_24_hours_after_the_site_knew(reported, is_late):
    entry = report(book(event()), saerpdt=reported)

    assert (("saerpdt", "reported_in_time") in rules(entry)) is is_late


def test_a_follow_up_has_no_24_hours_and_needs_an_initial_report():
    found = book(event())
    first = report(found)

    late = report(book(event(), first), saetype="FOLLOWUP", saerpdt="4mar26 09:00")
    lone = report(found, saetype="FOLLOWUP")

    assert ("saerpdt", "reported_in_time") not in rules(late)
    assert ("saetype", "initial_report_comes_first") in rules(lone)


def test_a_report_before_the_site_knew_is_asked_about():
    assert ("saerpdt", "reported_in_time") in rules(report(book(event()), saerpdt="2mar26 08:00"))


@pytest.mark.parametrize(
    ("number", "serious", "is_asked"), [("AE-001", "Y", False), ("AE-002", "Y", True), ("1", "N", True)]
)
def test_the_number_names_a_serious_event(number, serious, is_asked):
    entry = report(book(event(aeser=serious)), saenum=number)

    assert (("saenum", "number_names_a_serious_event") in rules(entry)) is is_asked


def test_the_site_cannot_know_before_the_event_begins():
    assert ("saeawdt", "aware_after_the_event_began") in rules(report(book(event()), saeawdt="28feb26 08:05"))


def test_a_death_has_its_cause():
    found = book(event(aesdth="Y", aeout="FATAL", aetoxgr="5"))

    assert ("saecod", "death_has_its_cause") in rules(report(found))
    assert ("saecod", "death_has_its_cause") not in rules(report(found, saecod="Sepsis", saeaut="N"))


# Sponsor's assessment


def assessment(*entries, **changed):
    typed = {
        "spasae": "1",
        "sparcvdt": "2mar26 20:00",
        "spaexp": "UNEXP",
        "sparsi": "IB 4.0",
        "sparel": "UNRELATED",
        "spadt": "3mar26",
    }
    return fill("spa", casebook=book(*entries), **{**typed, **changed})


def test_the_sponsor_writes_its_own_form():
    assert entering("spa") == WRITERS["MM"]
    assert entering("sae") == WRITERS["site"]


@pytest.mark.parametrize(
    ("site", "sponsor", "expected", "susar", "due"),
    [
        ("POSSIBLE", "UNRELATED", "UNEXP", "Y", date(2026, 3, 17)),
        ("UNLIKELY", "PROBABLE", "UNEXP", "Y", date(2026, 3, 17)),
        ("UNLIKELY", "UNLIKELY", "UNEXP", "N", None),
        ("DEFINITE", "DEFINITE", "EXP", "N", None),
    ],
)
def test_a_susar_is_serious_unexpected_and_related_by_either(site, sponsor, expected, susar, due):
    found = event(aerelu87=site)

    record = assessment(found, report(book(found)), sparel=sponsor, spaexp=expected).record

    assert (record.spasusar, record.spadue) == (susar, due)


@pytest.mark.parametrize("changed", [{"aeslife": "Y"}, {"aesdth": "Y", "aeout": "FATAL", "aetoxgr": "5"}])
def test_a_fatal_or_life_threatening_susar_is_due_in_7_days(changed):
    found = event(**changed)

    assert assessment(found, report(book(found))).record.spadue == date(2026, 3, 9)


def test_the_sponsor_never_overrules_and_the_difference_is_shown():
    found = event()

    entry = assessment(found, report(book(found)))

    assert [(one.rule, one.warns) for one in entry.findings] == [("both_causes_are_kept", True)]


def test_what_was_sent_late_is_asked_about():
    found = event()
    late = assessment(found, report(book(found)), sparegdt="Ethics committee; 17mar26; 4mar26")

    assert ("sparegdt", "reported_by_the_due_day") not in rules(late)
    assert ("sparcvdt", "received_after_the_site_knew") in rules(
        assessment(found, report(book(found)), sparcvdt="2mar26 07:00")
    )


# DLT


def evaluation(*entries, **changed):
    infused = fill("d0/inf", infdtc="24jan26 10:42", infplan="50", infdose="49")
    return fill("d28/dlt", casebook=book(infused, *entries), **{"dltyn": "N", "dleval": "Y", "dlstag": "Y", **changed})


def test_the_window_ends_28_days_after_the_infusion():
    entry = evaluation()

    assert entry.record.dlwinend == date(2026, 2, 21)
    assert (entry.unanswered, entry.findings) == ([], [])


def test_dlt_agrees_with_the_events():
    dlt = event(aedlt="Y")

    assert ("dltyn", "dlt_agrees_with_the_events") in rules(evaluation(dlt))
    assert ("dltyn", "dlt_agrees_with_the_events") in rules(evaluation(dltyn="Y"))
    assert rules(evaluation(dlt, dltyn="Y", dltae="1")) == set()
    assert ("dltae", "linked_event_is_a_dlt") in rules(evaluation(event(aedlt="N"), dltyn="Y", dltae="1"))


def test_a_subject_with_too_low_a_dose_is_evaluable_by_a_dlt_alone():
    low = fill("d0/inf", infdtc="24jan26 10:42", infplan="50", infdose="39.9")
    enough = fill("d0/inf", infdtc="24jan26 10:42", infplan="50", infdose="40")

    def asked(infused, **typed):
        entry = fill("d28/dlt", casebook=book(infused), **{"dltyn": "N", "dleval": "Y", **typed})
        return ("dleval", "evaluable_by_dose_or_dlt") in rules(entry)

    assert asked(low)
    assert not asked(enough)
    assert not asked(low, dleval="N")
    assert asked(enough, dltyn="Y", dleval="N")


# Other logs


def test_treatment_of_iec_hs_is_asked_from_grade_2_on():
    assert "hlhtrt" not in fill("hlh", hlhgrd="1").expected
    assert "hlhtrt" in fill("hlh", hlhgrd="2").expected


def test_a_ferritin_under_twice_the_limit_is_asked_about(database):
    sample = fill("d7/cyt", cytdtc="3mar26 07:35", ferr="700", cytornrhi__ferr="400")
    typed = {"hlhdtc": "3mar26 10:00", "hlhgrd": "2"}

    assert ("hlhferr", "ferritin_supports_the_grade") in rules(
        fill("hlh", casebook=book(sample), hlhferr="800", **typed)
    )
    assert ("hlhferr", "ferritin_supports_the_grade") not in rules(
        fill("hlh", casebook=book(sample), hlhferr="801", **typed)
    )


def test_iec_hs_and_severe_infection_are_events():
    assert ("hlhgrd", "syndrome_is_an_event") in rules(fill("hlh", casebook=book(event(aesi="NONE")), hlhgrd="2"))
    assert not rules(fill("hlh", casebook=book(event(aesi="HLH")), hlhgrd="2"))
    assert ("ifgrd", "infection_is_an_event") in rules(fill("infx", casebook=book(event(aesi="NONE")), ifgrd="3"))
    assert not rules(fill("infx", casebook=book(event(aesi="NONE")), ifgrd="2"))
    assert not rules(fill("infx", casebook=book(event(aesi="INFECTION")), ifgrd="3"))


def test_an_infection_is_after_consent_and_of_a_known_type_when_it_has_a_name():
    consent = fill("icf", icftype="MAIN", icfdtc="5jan26 09:30")

    early = fill("infx", casebook=book(consent), ifdt="4jan26", iftype="UNKNOWN", iforg="E. coli")

    assert rules(early) == {("ifdt", "diagnosed_after_consent"), ("iftype", "a_named_organism_has_a_type")}


def test_pregnancy_fits_the_subject_and_its_dates():
    man = book(fill("scr/dm", sex="M"))

    entry = fill("preg", casebook=man, pgwho="PARTICIPANT", pgdt="1mar26", pglmp="2mar26", pgout="LIVE", pganom="Y")

    assert rules(entry) == {
        ("pgwho", "participant_can_be_pregnant"),
        ("pglmp", "period_is_before_the_test"),
        ("pganom", "anomaly_is_serious"),
    }
    assert "pganom" not in fill("preg", pgout="ONGOING").expected


def test_a_stay_in_hospital_fits_its_dates():
    late = fill("hosp", hoadm="1mar26", hodis="28feb26")
    long = fill("hosp", hoadm="1mar26", hodis="3mar26", hoicu="4")

    assert ("hodis", "discharge_is_after_admission") in rules(late)
    assert ("hoicu", "intensive_care_is_part_of_the_stay") in rules(long)
    assert not rules(fill("hosp", hoadm="1mar26", hodis="3mar26", hoicu="3"))


def test_an_unplanned_stay_is_serious_and_the_planned_one_is_not():
    mild = book(event(aeser="N"))

    assert ("horeas", "unplanned_stay_is_serious") in rules(fill("hosp", casebook=mild, horeas="INFECTION"))
    assert not rules(fill("hosp", casebook=mild, horeas="PLANNED"))
    assert not rules(fill("hosp", casebook=book(event(aeshosp="Y")), horeas="INFECTION"))
