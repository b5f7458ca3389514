"""The whole reference data, where it is at hand: EDC_PILOT_DATA names its directory."""

import os
from pathlib import Path

import pytest

from subjects.models import Subject
from tests import pilot
from trial_edc.casebook.models import FormInstance, ImportRow, Query

FOLDER = os.environ.get("EDC_PILOT_DATA", "")
EXPECTED = {
    "dm": 306,
    "ex": 591,
    "ds": 850,
    "mh": 1_818,
    "cm": 7_510,
    "ae": 1_191,
    "vs": 29_643,
    "lb": 59_580,
    "pc": 4_572,
    "tu_onco": 2_578,
    "tr_onco": 18_665,
    "rs_onco": 1_936,
}
MAX_MB = 1_000


@pytest.mark.skipif(not FOLDER, reason="EDC_PILOT_DATA does not name the directory of the reference data.")
def test_the_reference_data_loads_whole_and_then_stays_the_same(pilot_study):
    report = pilot.load(Path(FOLDER))

    assert {file: counts["loaded"] for file, counts in report["files"].items()} == EXPECTED
    assert report["rejected"] == []
    assert (Subject.objects.count(), ImportRow.objects.count()) == (306, 129_240)
    forms = FormInstance.objects
    assert forms.filter(form_code="vs").count() == 10_942
    assert forms.filter(form_code__in=["lbc", "lbh", "lbi"]).count() == 4_535
    assert forms.filter(form_code="pk").count() == 4_572
    assert Query.objects.values("instance__subject").distinct().count() == Query.objects.count()
    assert report["peak_mb"] < MAX_MB

    again = pilot.load(Path(FOLDER))

    assert {file: counts["same"] for file, counts in again["files"].items()} == EXPECTED
