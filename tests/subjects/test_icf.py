"""Informed consent: what its checks ask."""

from tests.books import book, fill, rules, said

CONSENT = {
    "icftype": "MAIN",
    "icfdtc": "5jan26 09:30",
    "icfver": "2.0",
    "icfverdt": "1dec25",
    "icfwho": "7",
    "icfcopy": "Y",
}


def test_a_consent_with_all_its_facts_asks_nothing():
    entry = fill("icf", casebook=book(), **CONSENT)

    assert (entry.unanswered, entry.findings) == ([], [])


def test_the_scope_is_asked_when_consent_is_withdrawn():
    entry = fill("icf", casebook=book(), **{**CONSENT, "icfwddt": "1feb26"})

    assert entry.unanswered == ["icfwdsc", "icfwdsv"]


def test_a_version_newer_than_the_consent_is_asked_about():
    entry = fill("icf", casebook=book(), **{**CONSENT, "icfverdt": "6jan26"})

    assert said(entry, "icfverdt") == [
        "Version date 06-Jan-2026 is after the consent of 05-Jan-2026. Which is correct?"
    ]


def test_a_withdrawal_before_the_consent_is_asked_about():
    entry = fill("icf", casebook=book(), **{**CONSENT, "icfwddt": "4jan26"})

    assert said(entry, "icfwddt") == ["Date consent withdrawn 04-Jan-2026 is before the consent of 05-Jan-2026."]


def test_a_visit_before_the_main_consent_is_asked_about():
    screening = fill("scr/sv", svstdtc="4jan26", svocc="Y")

    main = fill("icf", casebook=book(screening), **CONSENT)
    tissue = fill("icf", casebook=book(screening), **{**CONSENT, "icftype": "TISSUE"})

    assert rules(main) == {("icfdtc", "consent_before_procedures")}
    assert rules(tissue) == set()


def test_a_participant_without_a_copy_is_asked_about():
    assert said(fill("icf", casebook=book(), **{**CONSENT, "icfcopy": "N"}), "icfcopy") == [
        "No copy was given to the participant. Is this correct?"
    ]
