"""The science runs without the framework: imported alone, it brings no Django with it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "assessments.recist",
        "assessments.endpoints",
        "assessments.partial_dates",
        "assessments.analysis_sets",
        "assessments.formulas",
        "adverse_events.icaht",
    ],
)
def test_science_imports_no_django(module):
    question = f"import sys, {module}; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", question], check=False).returncode == 0
