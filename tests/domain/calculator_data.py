"""Good input of each response calculator, and how to change one value of it."""

import copy
import importlib

NAMES = ("recist", "recist-baseline", "best-response", "time-to-event", "partial-date")

RECIST = {
    "config": {"reference_date": "2026-02-02"},
    "baseline": {
        "target_lesions": [
            {"id": "T1", "site": "Lung", "nodal": False, "diameter_mm": 30},
            {"id": "T2", "site": "Neck", "nodal": True, "diameter_mm": 20, "axis": "short"},
        ],
        "non_target_lesions": [{"id": "N1", "site": "Bone"}],
    },
    "visits": [{"date": "2026-03-02", "target": {"T1": 20, "T2": 12}, "non_target": {"N1": "present"}}],
}
BASELINE = {"target_lesions": [{"site": "Lung", "nodal": False, "diameter_mm": 30}]}
BEST = {"reference_date": "2026-02-02", "responses": [{"date": "2026-03-02", "overall": "PR"}]}
TIMES = {
    "infusion_date": "2026-02-02",
    "baseline_assessment_date": "2026-01-28",
    "assessments": [{"date": "2026-03-02", "overall": "PR"}],
    "config": {},
}
PARTIAL = {"kind": "ae_start", "partial": "2026-03"}
GOOD = {
    "recist": RECIST,
    "recist-baseline": BASELINE,
    "best-response": BEST,
    "time-to-event": TIMES,
    "partial-date": PARTIAL,
}

DELETE = object()
VISIT, TARGET = ("visits", 0), ("visits", 0, "target")
LESION = ("baseline", "target_lesions", 0)


def calculator(name):
    """The module of a calculator."""
    return importlib.import_module(f"assessments.calculators.{name.replace('-', '_')}")


def with_change(data, path, value):
    """A copy of the data with one value put, added or deleted."""
    changed = copy.deepcopy(data)
    place = changed
    for step in path[:-1]:
        place = place[step]
    if value is DELETE:
        del place[path[-1]]
    elif isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value
    return changed
