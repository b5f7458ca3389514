"""Tumour forms: the worked case of one subject from baseline to month 6, by typed text."""

from datetime import date
from decimal import Decimal

import pytest

from assessments.crfs.rs import responses
from assessments.tumour import read_tumour, reading_of_cell, scan_date
from tests.books import book, fill, rules, said

BASELINE = {
    1: ("BASETNG", "N", "48"),
    2: ("SOFTPAL", "N", "22"),
    3: ("LN2L", "Y", "19"),
    4: ("LUNGRL", "N", "15"),
}
# Diameters of T01 to T04, then the status of the two non-target lesions.
SCANS = {
    "d28": ("4oct2025", ("36", "17", "14", "11"), ("PRESENT", "PRESENT")),
    "m2": ("5nov2025", ("26", "12", "11", "8"), ("PRESENT", "PRESENT")),
    "m3": ("5dec2025", ("22", "10", "9", "TS"), ("ABSENT", "PRESENT")),
    "m6": ("5mar2026", ("24", "13", "11", "TS"), ("ABSENT", "PRESENT")),
}


def targets(lesions=BASELINE, **changed):
    typed = {}
    for number, (place, node, size) in lesions.items():
        typed |= {
            f"tuloc__{number}": place,
            f"tunode__{number}": node,
            f"tubase__{number}": size,
            f"tumeth__{number}": "CT",
            f"tuprirt__{number}": "N",
        }
    return {**typed, "tudtc__1": "29aug2025", **changed}


def non_targets(statuses, day, **more):
    typed = {f"ntstat__{number}": status for number, status in enumerate(statuses, 1)}
    return {**typed, "ntdtc__1": day, "nlyn": "NONE", **more}


def measured(sizes, day):
    typed = {"trdtc__1": day}
    for number, size in enumerate(sizes, 1):
        typed |= {f"{item}__{number}": text for item, text in reading_of_cell(size).items()}
        typed[f"trmeth__{number}"] = "CT"
    return typed


def casebook(*visits, m6_new="NONE"):
    """Infused on 6 September 2025; baseline of 104 mm and the scans of these visits."""
    infused = fill("d0/inf", infdtc="6sep2025 10:42")
    base = fill("base/tu", **targets())
    named = fill(
        "base/nt",
        ntloc__1="PLEFFL",
        ntloc__2="LNMED",
        **non_targets(("PRESENT", "PRESENT"), "29aug2025"),
    )
    entries = [infused, base, named]
    for visit in visits:
        day, sizes, statuses = SCANS[visit]
        found = book(*entries)
        new = {"nlyn": m6_new, "nlloc__1": "Liver, segment VI, CT", "nldt__1": day} if visit == "m6" else {}
        entries += [
            fill(f"{visit}/tr", casebook=found, **measured(sizes, day)),
            fill(f"{visit}/nt", casebook=found, **{**non_targets(statuses, day), **new}),
        ]
    return book(*entries)


def test_the_sum_and_the_smallest_sum_before_follow_from_the_lesions():
    found = casebook("d28", "m2", "m3", "m6")

    facts = [(one.visit_code, one.trsum, one.trnadir, one.trresp) for one in found["tr"]]

    assert facts == [("d28", 78, 104, "SD"), ("m2", 57, 78, "PR"), ("m3", 46, 57, "PR"), ("m6", 53, 46, "PR")]


def test_changes_are_counted_from_baseline_and_from_the_smallest_sum():
    point = read_tumour(casebook("d28", "m2", "m3", "m6")).points["m6", 1]

    assert round(point.pct_change_from_baseline, 1) == Decimal("-49.0")
    assert round(point.pct_change_from_nadir, 1) == Decimal("15.2")
    assert point.change_from_nadir_mm == 7


def test_a_scan_asks_for_the_lesions_of_the_baseline_by_name():
    found = book(*_entries(casebook()))

    entry = fill("d28/tr", casebook=found)

    assert [entry.record[f"trlnkid.{number}"] for number in range(1, 5)] == ["T01", "T02", "T03", "T04"]
    assert {"trmeth.1", "trstat.4", "trdtc.2"} <= entry.expected
    assert "trdiam.5" not in entry.spec


def _entries(found):
    """The records of a casebook as `book` takes them."""
    return [type("Filled", (), {"record": one}) for one in found.all()]


def test_a_complete_scan_leaves_nothing_unanswered():
    found = casebook()

    entry = fill("d28/tr", casebook=found, **measured(("36", "17", "14", "11"), "4oct2025"))

    assert (entry.errors, entry.unanswered, entry.findings) == ({}, [], [])
    assert entry.record["trdtc.4"] == date(2025, 10, 4)
    assert entry.record["trstat.2"] == "MEASURED"


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("24", {"trstat": "MEASURED", "trdiam": "24"}),
        (" ts ", {"trstat": "TSTM"}),
        ("0", {"trstat": "ABSENT"}),
        ("0.0", {"trstat": "ABSENT"}),
        ("ne", {"trstat": "NOTEVAL"}),
        ("", {}),
        ("24x", {"trstat": "MEASURED", "trdiam": "24x"}),
    ],
)
def test_a_worksheet_cell_takes_a_number_or_a_word(cell, items):
    assert reading_of_cell(cell) == items


def test_the_sum_is_open_while_a_lesion_is_not_evaluable():
    record = fill("d28/tr", casebook=casebook(), **measured(("36", "17", "14", "NE"), "4oct2025")).record

    assert (record.trsum, record.trresp) == (None, "NEV")


def test_a_merged_lesion_adds_nothing_and_names_its_carrier():
    typed = {**measured(("60", "17", "14", ""), "4oct2025"), "trstat__4": "MERGED", "trmerge__4": "T01"}

    entry = fill("d28/tr", casebook=casebook(), **typed)

    assert entry.record.trsum == 91
    assert said(fill("d28/tr", casebook=casebook(), **{**typed, "trmerge__4": "T04"}), "trmerge.4")


def test_a_row_that_is_no_lesion_of_the_baseline_is_refused():
    entry = fill("d28/tr", casebook=casebook(), **measured(("36", "17", "14", "11", "9"), "4oct2025"))

    assert {"trdiam.5", "trstat.5"} <= set(entry.errors)
    assert entry.record.trsum == 78


def test_another_method_than_at_baseline_is_asked_about():
    typed = {**measured(("36", "17", "14", "11"), "4oct2025"), "trmeth__4": "MRI"}

    assert said(fill("d28/tr", casebook=casebook(), **typed), "trmeth.4") == [
        "T04 is measured by MRI; at baseline it was CT. Which is correct?"
    ]


def test_a_scan_out_of_its_window_is_asked_about():
    entry = fill("d28/tr", casebook=casebook(), **measured(("36", "17", "14", "11"), "20oct2025"))

    assert ("trdtc.1", "scan_is_in_its_window") in rules(entry)


def test_one_scan_belongs_to_one_visit():
    entry = fill("m2/tr", casebook=casebook("d28"), **measured(("26", "12", "11", "8"), "4oct2025"))

    assert ("trdtc.1", "scans_fit_together") in rules(entry)


# Baseline


def test_the_worked_baseline_is_accepted():
    entry = fill("base/tu", **targets())

    assert (entry.errors, entry.unanswered) == ({}, [])
    assert entry.record["tulnkid.3"] == "T03"
    assert entry.record["tudtc.4"] == date(2025, 8, 29)


def test_a_sixth_target_is_refused():
    six = {**BASELINE, 5: ("LIVERL", "N", "20"), 6: ("BRAIN", "N", "30")}

    entry = fill("base/tu", **targets(six))

    assert "tubase.5" not in entry.errors
    assert said(entry, "tubase.6") == [
        "There are 6 target lesions; at most 5 are allowed. Follow the others as non-target."
    ]
    assert entry.record["tuloc.6"] is None


@pytest.mark.parametrize("place", ["LUNGLU", "LUNGRL"])
def test_a_third_target_of_an_organ_is_refused(place):
    lung = {1: ("LUNGRL", "N", "15"), 2: ("LUNGRU", "N", "15"), 3: (place, "N", "15")}

    entry = fill("base/tu", **targets(lung))

    assert list(entry.errors) == ["tuloc.3"]


def test_all_lymph_nodes_are_one_organ():
    nodes = {1: ("LN2L", "Y", "19"), 2: ("LNMED", "Y", "18"), 3: ("LN4R", "Y", "20")}

    assert list(fill("base/tu", **targets(nodes)).errors) == ["tuloc.3"]


@pytest.mark.parametrize(
    ("lesion", "more", "is_refused"),
    [
        (("TONGUE", "N", "9.9"), {}, True),
        (("TONGUE", "N", "10"), {}, False),
        (("LN2L", "Y", "14.9"), {}, True),
        (("LN2L", "Y", "15"), {}, False),
        (("LUNGRL", "N", "19"), {"tumeth__1": "XRAY"}, True),
        (("LUNGRL", "N", "20"), {"tumeth__1": "XRAY"}, False),
        (("LIVERL", "N", "14"), {"tuslice__1": "7.5"}, True),
        (("LIVERL", "N", "15"), {"tuslice__1": "7.5"}, False),
    ],
)
def test_a_target_has_a_measurable_size(lesion, more, is_refused):
    entry = fill("base/tu", **targets({1: lesion}, **more))

    assert ("tubase.1" in entry.errors) is is_refused


def test_an_irradiated_target_without_progression_is_asked_about():
    entry = fill("base/tu", **targets(tuprirt__1="Y", tuprpd__1="N"))

    assert ("tuprpd.1", "irradiated_targets_have_progressed") in rules(entry)


# Non-target and new lesions


def test_non_target_lesions_keep_the_name_of_the_baseline():
    record = fill("d28/nt", casebook=casebook(), **non_targets(("PRESENT", "ABSENT"), "4oct2025")).record

    assert (record["ntlnkid.1"], record["ntloc.2"], record.ntresp) == ("N01", "LNMED", "NCNP")


def test_a_non_target_lesion_is_not_added_after_the_baseline():
    entry = fill("d28/nt", casebook=casebook(), ntloc__3="BONE", ntstat__3="PRESENT", nlyn="NONE")

    assert {"ntloc.3", "ntstat.3"} <= set(entry.errors)


def test_nothing_is_new_at_baseline():
    assert "nlyn" in fill("base/nt", nlyn="UNEQUIVOCAL").errors


def test_a_new_lesion_needs_a_description_and_gets_a_name():
    bare = fill("m6/nt", casebook=casebook(), **non_targets(("ABSENT", "PRESENT"), "5mar2026", nlyn="UNEQUIVOCAL"))
    seen = fill(
        "m6/nt",
        casebook=casebook(),
        **non_targets(("ABSENT", "PRESENT"), "5mar2026", nlyn="UNEQUIVOCAL", nlloc__1="Liver", nldt__1="5mar2026"),
    )

    assert ("nlyn", "a_new_lesion_is_described") in rules(bare)
    assert (seen.record["nlid.1"], seen.unanswered, seen.findings) == ("NL01", [], [])


# Response


def response(found, visit="m6", day="5mar2026", **typed):
    return fill(f"{visit}/rs", casebook=found, rsdtc=day, rsclin="N", **typed)


def test_a_new_lesion_is_progression_whatever_the_sum():
    record = response(casebook("d28", "m2", "m3", "m6", m6_new="UNEQUIVOCAL")).record

    assert (record.rsovrl, record.rsbor) == ("PD", "PR")


def test_a_different_response_is_held_back_until_its_reason_is_given():
    found = casebook("d28", "m2", "m3", "m6", m6_new="UNEQUIVOCAL")

    held = response(found, rsinv="PR")
    kept = response(found, rsinv="PR", rsinvrs="The liver lesion is a haemangioma.")

    assert said(held, "rsinv") == [
        "Investigator PR differs from calculated PD at M6. A new unequivocal lesion means progression, whatever"
        " the target sum. Change the response, or give the reason for keeping PR."
    ]
    assert held.record.rsinv is None
    assert (kept.errors, kept.record.rsinv, kept.record.rsovrl) == ({}, "PR", "PD")


def test_an_equal_response_needs_no_reason():
    entry = response(casebook("d28", "m2", "m3", "m6"), rsinv="PR")

    assert (entry.errors, entry.unanswered, entry.record.rsovrl) == ({}, [], "PR")


def test_nothing_is_derived_before_every_lesion_is_entered():
    found = casebook("d28")
    partial = [one for one in found.all() if one.form_code != "nt" or one.visit_code == "base"]

    record = response(book(*(type("F", (), {"record": one}) for one in partial)), "d28", "4oct2025").record

    assert record.rsovrl is None


def test_best_response_looks_back_only():
    found = casebook("d28", "m2", "m3", "m6", m6_new="UNEQUIVOCAL")

    best = {visit: response(found, visit, SCANS[visit][0]).record.rsbor for visit in ("d28", "m2", "m3", "m6")}

    # Day 28 is too early for SD (42 days); the PR of month 2 lasts long enough for SD, month 3 confirms it.
    assert best == {"d28": "NEV", "m2": "SD", "m3": "PR", "m6": "PR"}


def test_the_assessment_is_dated_by_its_latest_scan():
    found = casebook("d28")

    assert scan_date(found, ("d28", 1)) == date(2025, 10, 4)
    assert ("rsdtc", "assessed_on_the_latest_scan") in rules(response(found, "d28", "3oct2025"))


def test_a_response_repeated_too_early_is_asked_about():
    found = casebook("d28", "m2", "m3")
    first = fill("d28/rs", casebook=found, rsdtc="10nov2025", rsinv="PR", rsinvrs="x")
    found = book(*_entries(found), first)

    entry = response(found, "m3", "5dec2025", rsinv="PR")

    assert [text for text in said(entry, "rsinv") if "08-Dec-2025" in text]


def test_deterioration_without_progression_on_the_scan_is_not_pd():
    found = casebook("d28", "m2", "m3", "m6", m6_new="UNEQUIVOCAL")

    assert ("rsclin", "deterioration_is_not_progression") in rules(
        fill("m6/rs", casebook=found, rsdtc="5mar2026", rsclin="Y", rsinv="PD")
    )


def test_both_responses_are_given_by_date():
    found = casebook("d28", "m2", "m3", "m6")
    given = response(found, rsinv="SD", rsinvrs="Measured in another plane.")

    investigator, derived = responses(book(*_entries(found), given))

    assert [(one.on.isoformat(), str(one.overall)) for one in investigator] == [("2026-03-05", "SD")]
    assert [str(one.overall) for one in derived] == ["PR"]
