"""Death, disposition, later therapy, survival, long-term follow-up and deviations."""

from dataclasses import replace

import pytest

from tests.books import CONTEXT, book, fill, rules, said
from trial_edc.crf.anchors import anchors_of

DEATH = {"dthdtc": "1mar26", "dthcaus": "PD", "dthrel": "UNRELATED", "dthsrc": "RECORD"}
ENDED = {"dsepoch": "FOLLOWUP", "dsdecod": "DEATH", "dsstdtc": "1mar26", "dstrans": "N"}
THERAPY = {"sbtype": "CHEMO", "sbstdt": "2mar26"}
CONTACT = {"svdt": "3mar26", "svstat": "ALIVE", "svlka": "3mar26", "svsrc": "VISIT"}
LATE = {
    "ltdt": "3mar26",
    "lttype": "SITE",
    "ltalive": "ALIVE",
    "ltneo": "N",
    "ltneur": "N",
    "ltrheu": "N",
    "lthem": "N",
    "ltinf": "N",
    "ltmed": "None",
    "ltrcl": "NEG",
    "ltrclm": "VSVG",
}
DEVIATION = {"dvterm": "Visit D7 missed", "dvcat": "MISSED", "dvimp": "MINOR", "dvstdtc": "3mar26"}
ATTEMPTS = "1feb26; telephone; no answer\n1feb26; telephone; no answer\n8feb26; letter; returned"


def infusion():
    return fill("d0/inf", infdtc="24feb26 10:42")


def attempts(text=ATTEMPTS):
    entry = fill("m12/ltfu", ltatt=text)
    assert not entry.errors
    return entry


@pytest.mark.parametrize(
    ("path", "typed", "others"),
    [
        ("dd", DEATH, ()),
        ("eos/ds", ENDED, ("dd",)),
        ("subs", THERAPY, ()),
        ("m2/surv", CONTACT, ()),
        ("m3/ltfu", LATE, ()),
        ("dv", DEVIATION, ()),
    ],
)
def test_what_fits_together_asks_nothing(path, typed, others):
    casebook = book(*(fill("dd", **DEATH) for _one in others))

    entry = fill(path, casebook=casebook, **typed)

    assert (entry.unanswered, entry.findings) == ([], [])


@pytest.mark.parametrize(
    ("died", "tracks"), [("1mar26", "2026-03-01"), ("mar 2026", "2026-03-01"), ("2026", "2026-01-01")]
)
def test_a_death_ends_every_track(died, tracks):
    anchors = anchors_of(book(fill("dd", dthdtc=died)), with_tracks=True)

    assert {one.track for one in anchors.tracks_off} == {"screening", "product", "safety", "efficacy", "follow-up"}
    assert {one.on.isoformat() for one in anchors.tracks_off} == {tracks}


def test_a_later_therapy_ends_efficacy_alone():
    anchors = anchors_of(book(fill("subs", **THERAPY)), with_tracks=True)

    assert [(one.track, one.on.isoformat()) for one in anchors.tracks_off] == [("efficacy", "2026-03-02")]


def test_a_screen_failure_leaves_screening_on():
    failed = fill("eos/ds", dsepoch="SCREENING", dsdecod="SCREENFAIL", dsstdtc="1mar26")
    anchors = anchors_of(book(failed), with_tracks=True)

    assert {one.track for one in anchors.tracks_off} == {"product", "safety", "efficacy", "follow-up"}


def test_the_end_of_study_hangs_on_the_disposition():
    assert anchors_of(book(fill("eos/ds", **ENDED))).event.isoformat() == "2026-03-01"


def test_a_death_known_to_the_month_is_flagged():
    assert said(fill("dd", casebook=book(), **{**DEATH, "dthdtc": "feb 2026"}), "dthdtc") == [
        "Date of death is known as Feb-2026 alone; survival counts days. Complete it, or keep it and say why."
    ]


def test_a_visit_after_death_is_asked_about():
    seen = fill("d7/sv", svstdtc="3mar26", svocc="Y")
    missed = fill("d7/sv", svstdtc="3mar26", svocc="N")

    assert rules(fill("dd", casebook=book(seen), **DEATH)) == {("dthdtc", "no_visit_after_death")}
    assert rules(fill("dd", casebook=book(missed), **DEATH)) == set()


def test_alive_after_death_is_asked_about_from_both_sides():
    alive, dead = fill("m2/surv", **CONTACT), fill("dd", **DEATH)

    assert rules(fill("dd", casebook=book(alive), **DEATH)) == {("dthdtc", "alive_before_death")}
    assert rules(fill("m2/surv", casebook=book(dead), **CONTACT)) == {
        ("svlka", "alive_before_recorded_death"),
        ("svstat", "status_fits_recorded_death"),
    }


def test_there_is_one_death():
    first = fill("dd", **DEATH)
    second = replace(first.record, seq=2, values={}, meta={})

    assert rules(fill("dd", casebook=book(first), record=second, **DEATH)) == {("dthdtc", "one_death")}


def test_a_death_by_an_event_has_a_fatal_event():
    fatal = fill("ae", aeout="FATAL")

    assert rules(fill("dd", casebook=book(), **{**DEATH, "dthcaus": "CRS"})) == {("dthcaus", "fatal_event_is_recorded")}
    assert rules(fill("dd", casebook=book(fatal), **{**DEATH, "dthcaus": "CRS"})) == set()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"dsdecod": "DEATH"}, ("dsdecod", "death_is_recorded")),
        ({"dsdecod": "SCREENFAIL"}, ("dsdecod", "screen_failure_belongs_to_screening")),
        ({"dsdecod": "LOST"}, ("dsdecod", "lost_after_all_attempts")),
        ({"dsdecod": "COMPLETED"}, ("dstrans", "infused_subjects_are_followed")),
    ],
)
def test_what_a_disposition_is_asked(changed, rule):
    assert rules(fill("eos/ds", casebook=book(infusion()), **{**ENDED, **changed})) == {rule}


def test_a_disposition_of_another_day_than_the_death_is_asked_about():
    dead = fill("dd", **DEATH)

    assert rules(fill("eos/ds", casebook=book(dead), **{**ENDED, "dsstdtc": "2mar26"})) == {
        ("dsstdtc", "death_is_recorded")
    }


@pytest.mark.parametrize(
    ("lines", "is_asked"), [(ATTEMPTS, True), (f"{ATTEMPTS}\n20feb26; registry; not found", False)]
)
def test_lost_takes_three_attempts_on_different_days(lines, is_asked):
    casebook = book(attempts(lines))
    lost = fill("eos/ds", casebook=casebook, **{**ENDED, "dsdecod": "LOST"})
    survival = fill("m2/surv", casebook=casebook, **{**CONTACT, "svstat": "LOST"})

    assert (("dsdecod", "lost_after_all_attempts") in rules(lost)) is is_asked
    assert (("svstat", "lost_after_enough_attempts") in rules(survival)) is is_asked


def test_an_attempt_has_date_mode_and_outcome():
    entry = fill("m12/ltfu", ltatt="telephone")

    assert "date; mode; outcome" in entry.errors["ltatt"]


@pytest.mark.parametrize(
    ("started", "rule"),
    [("23feb26", ("sbstdt", "begun_after_the_infusion")), ("2mar26", ("sbstdt", "begun_before_death"))],
)
def test_what_a_later_therapy_is_asked(started, rule):
    casebook = book(infusion(), fill("dd", **DEATH))

    assert rules(fill("subs", casebook=casebook, **{**THERAPY, "sbstdt": started})) == {rule}


def test_alive_later_than_the_contact_cannot_be():
    entry = fill("m2/surv", casebook=book(), **{**CONTACT, "svlka": "4mar26"})

    assert entry.errors["svlka"] == (
        "Last known alive date 04-Mar-2026 is after the contact of 03-Mar-2026. Correct one of them."
    )


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"svstat": "DEAD"}, ("svstat", "status_fits_recorded_death")),
        ({"svlka": "2mar26"}, ("svlka", "alive_on_the_contact_itself")),
        ({"svdt": "20feb26", "svlka": "20feb26"}, ("svdt", "contact_after_infusion")),
    ],
)
def test_what_survival_is_asked(changed, rule):
    assert rules(fill("m2/surv", casebook=book(infusion()), **{**CONTACT, **changed})) == {rule}


@pytest.mark.parametrize(("visit", "name"), [("m3", "M3"), ("m12", "M12"), ("m24", "Y2"), ("y15", "Y15")])
def test_the_visit_names_itself(visit, name):
    assert fill(f"{visit}/ltfu", casebook=book(), **LATE).record.ltvis == name


def test_a_new_cancer_asks_for_histology_and_test():
    entry = fill("m3/ltfu", casebook=book(), **{**LATE, "ltneo": "Y"})

    assert entry.unanswered == ["ltneoty", "ltneotst"]
    assert ("ltneo", "new_cancer_is_reported") in rules(entry)


@pytest.mark.parametrize(
    ("visit", "changed", "rule"),
    [
        ("y5", {"lttype": "TEL"}, ("lttype", "seen_on_site_up_to_year_5")),
        ("m3", {"ltrcl": "POS"}, ("ltrcl", "positive_virus_test_is_reported")),
        ("m3", {"ltalive": "DEAD"}, ("ltalive", "vital_status_fits_death")),
    ],
)
def test_what_long_term_follow_up_is_asked(visit, changed, rule):
    assert rules(fill(f"{visit}/ltfu", casebook=book(), **{**LATE, **changed})) == {rule}


def test_from_year_6_a_call_is_enough():
    assert rules(fill("y6/ltfu", casebook=book(), **{**LATE, "lttype": "TEL"})) == set()


def test_a_contact_outside_its_window_is_asked_about():
    entry = fill("m3/ltfu", casebook=book(infusion()), **LATE)

    assert said(entry, "ltdt") == [
        "Contact of 03-Mar-2026; Month 3 was due 18-May-2026 to 01-Jun-2026. Record a deviation?"
    ]


def test_an_important_deviation_is_reported():
    entry = fill("dv", casebook=book(), **{**DEVIATION, "dvimp": "IMPORTANT"})

    assert entry.unanswered == ["dvirb"]
    late = fill("dv", casebook=book(), **{**DEVIATION, "dvimp": "IMPORTANT"}, dvirb="2mar26")
    assert rules(late) == {("dvirb", "reported_after_it_happened")}


def test_only_a_deviation_of_consent_lies_before_it():
    consent = fill("icf", icftype="MAIN", icfdtc="4mar26 09:30", context=CONTEXT)

    assert rules(fill("dv", casebook=book(consent), **DEVIATION)) == {("dvstdtc", "deviation_after_consent")}
    assert rules(fill("dv", casebook=book(consent), **{**DEVIATION, "dvcat": "CONSENT"})) == set()
