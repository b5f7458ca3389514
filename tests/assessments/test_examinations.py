"""Performance status, examination, ECG and biobank samples."""

from decimal import Decimal

import pytest

from tests.books import book, fill, rules, said

VISIT = ("d7/sv", "3mar26")


def visited():
    return fill(VISIT[0], svstdtc=VISIT[1])


def test_performance_status_is_dated_by_the_visit():
    found = book(visited())

    assert ("ecogdt", "assessed_on_the_visit_day") in rules(fill("d7/ecog", casebook=found, ecog="1", ecogdt="2mar26"))
    entry = fill("d7/ecog", casebook=found, ecog="1", ecogdt="3mar26")
    assert (entry.record.ecog, entry.unanswered, entry.findings) == ("1", [], [])


@pytest.mark.parametrize(("ecog", "kps", "is_asked"), [("1", "80", False), ("1", "60", False), ("1", "40", True)])
def test_the_two_scales_agree_up_to_one_grade(ecog, kps, is_asked):
    assert (("kps", "scales_agree") in rules(fill("d7/ecog", ecog=ecog, kps=kps))) is is_asked


def test_findings_are_asked_by_body_system_when_the_examination_was_done():
    done, not_done = fill("d7/pe", pedone="Y"), fill("d7/pe", pedone="N")

    systems = ["general", "headneck", "lungs", "heart", "abdomen", "skin", "nodes", "neuro", "musculo"]
    assert {f"peabn.{system}" for system in systems} <= done.expected
    assert (done.unanswered, not_done.unanswered) == ([], [])
    assert "peabn.lungs" not in not_done.expected


def test_the_deficit_before_treatment_is_asked_at_baseline_alone():
    assert fill("base/pe", pedone="Y").unanswered == ["neubl"]
    assert "neubl" not in fill("d7/pe", pedone="Y").spec


def test_a_new_neurological_finding_may_be_an_event():
    base = fill("base/pe", pedone="Y", neubl="None")
    event = fill("ae", aectcae="Tremor", aetoxgr="1", aestdtc="2mar26")
    typed = {"pedone": "Y", "peabn__neuro": "Tremor of both hands"}

    assert ("peabn.neuro", "neurological_change_is_an_event") in rules(fill("d7/pe", casebook=book(base), **typed))
    assert not rules(fill("d7/pe", casebook=book(base, event), **typed))
    assert not rules(fill("base/pe", casebook=book(base), neubl="Tremor", **typed))


def test_the_corrected_interval_stands_beside_the_measured_one():
    entry = fill("d28/ecg", egdtc="3mar26 11:20", eghr="75", qt="400", egint="NORMAL")

    assert (entry.record.qtcf, entry.unanswered, entry.findings) == (Decimal(431), [], [])
    assert "lvef" not in entry.spec


def test_the_ejection_fraction_is_asked_at_screening():
    assert "lvef" in fill("scr/ecg").unanswered


def test_a_long_interval_is_not_normal():
    entry = fill("d28/ecg", eghr="60", qt="500", egint="NORMAL")

    assert ("egint", "long_interval_is_not_normal") in rules(entry)
    assert ("egint", "long_interval_is_not_normal") not in rules(fill("d28/ecg", eghr="60", qt="500", egint="CS"))


def test_an_interval_outside_its_range_is_asked_about():
    entry = fill("d28/ecg", eghr="60", qt="710", egint="CS")

    assert {("qt", "range"), ("qtcf", "range")} <= rules(entry)
    assert "cannot be" in said(fill("d28/ecg", qt="40"), "qt")[0]


def test_a_sample_identifier_is_used_once_and_after_consent():
    consent = fill("icf", icftype="MAIN", icfdtc="5jan26 09:30")
    first = fill("base/bio", bidtc="20jan26", bitype="TUMOUR", biid="B-17")

    again = fill("d28/bio", casebook=book(consent, first), bidtc="4jan26", bitype="PBMC", biid="B-17")

    assert rules(again) == {("bidtc", "taken_after_consent"), ("biid", "identifier_is_used_once")}
