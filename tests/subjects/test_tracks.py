"""Which answers switch tracks off, read for the pages of a subject and for the checks alike."""

import pytest

from tests.books import book, fill
from trial_edc.casebook.dates import subject_dates
from trial_edc.crf.anchors import anchors_of

INFUSED = fill("d0/inf", infdtc="24feb26 10:42")
ALL = {"screening", "product", "safety", "efficacy", "follow-up"}
WITHDRAWN = {"icftype": "MAIN", "icfdtc": "5jan26 09:30", "icfwddt": "2mar26"}


def off(*entries):
    """Tracks that are off, the same by both readers, each with its day."""
    casebook = book(*entries)
    for_checks = {(one.track, one.on) for one in anchors_of(casebook, with_tracks=True).tracks_off}
    for_pages = {(one.track, one.on) for one in subject_dates(casebook, casebook.subject.site).anchors.tracks_off}

    assert for_checks == for_pages
    return {track: on and on.isoformat() for track, on in for_pages}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([fill("dd", dthdtc="1mar26")], dict.fromkeys(ALL, "2026-03-01")),
        ([fill("dd", dthdtc="mar 2026")], dict.fromkeys(ALL, "2026-03-01")),
        ([fill("subs", sbstdt="2mar26")], {"efficacy": "2026-03-02"}),
        (
            [fill("eos/ds", dsdecod="SCREENFAIL", dsstdtc="1feb26")],
            dict.fromkeys(ALL - {"screening"}, "2026-02-01"),
        ),
        ([fill("eos/ds", dsdecod="COMPLETED", dsstdtc="1mar26")], {}),
        (
            [fill("mfg/mfg", mfgfail="STOP", mfgfldt="3feb26")],
            dict.fromkeys(ALL - {"screening"}, "2026-02-03"),
        ),
        ([fill("mfg/mfg", mfgfail="STOP")], dict.fromkeys(ALL - {"screening"})),
        ([fill("mfg/mfg", mfgfail="REPEAT")], {}),
        ([fill("icf", **WITHDRAWN, icfwdsc="TREAT")], {"product": "2026-03-02"}),
        ([fill("icf", **WITHDRAWN, icfwdsc="TREAT"), INFUSED], {}),
        (
            [fill("icf", **WITHDRAWN, icfwdsc="PROC"), INFUSED],
            dict.fromkeys(("product", "safety", "efficacy"), "2026-03-02"),
        ),
        ([fill("icf", **WITHDRAWN, icfwdsc="ALL"), INFUSED], dict.fromkeys(ALL, "2026-03-02")),
    ],
)
def test_what_switches_which_tracks_off(entries, expected):
    assert off(*entries) == expected
