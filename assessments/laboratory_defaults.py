"""The demonstration laboratories with typical ranges, until the certificate of each laboratory is entered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assessments.laboratories import Laboratory, LabRange
from assessments.laboratory_ranges import further_ranges

EFFECTIVE_FROM = date(2024, 1, 1)
# Laboratory: (name, site code or "" for the central one).
LABORATORIES = {
    "L101": ("Hospital laboratory 101", "101"),
    "L102": ("Hospital laboratory 102", "102"),
    "L103": ("Hospital laboratory 103", "103"),
    "CEN": ("Central laboratory", ""),
}
# Laboratory: {analyte: (unit, (sex, LLN, ULN), ...)}; SI units at 101 and 102, US units at 103.
HAEMATOLOGY = {
    "L101": {
        "wbc": ("10^9/L", ("any", "3.5", "9.5")),
        "anc": ("10^9/L", ("any", "1.8", "6.3")),
        "alc": ("10^9/L", ("any", "1.1", "3.2")),
        "hgb": ("g/L", ("M", "130", "175"), ("F", "115", "150")),
        "plt": ("10^9/L", ("any", "125", "350")),
    },
    "L102": {
        "wbc": ("10^9/L", ("any", "4.0", "10.0")),
        "anc": ("10^9/L", ("any", "2.0", "7.0")),
        "alc": ("10^9/L", ("any", "0.8", "4.0")),
        "hgb": ("g/L", ("M", "120", "160"), ("F", "110", "150")),
        "plt": ("10^9/L", ("any", "100", "300")),
    },
    "L103": {
        "wbc": ("10^3/uL", ("any", "4.0", "11.0")),
        "anc": ("10^3/uL", ("any", "1.8", "7.7")),
        "alc": ("10^3/uL", ("any", "1.0", "4.8")),
        "hgb": ("g/dL", ("M", "13.5", "17.5"), ("F", "12.0", "15.5")),
        "plt": ("10^3/uL", ("any", "150", "400")),
    },
}


def default_ranges() -> list[dict]:
    """All ranges as columns of `LabRange`, `laboratory` by its code."""
    counts = [
        {
            "laboratory": laboratory,
            "analyte": analyte,
            "unit": unit,
            "sex": sex,
            "age_from": 18,
            "lln": Decimal(lln),
            "uln": Decimal(uln),
            "effective_from": EFFECTIVE_FROM,
        }
        for laboratory, analytes in HAEMATOLOGY.items()
        for analyte, (unit, *limits) in analytes.items()
        for sex, lln, uln in limits
    ]
    return counts + further_ranges()


def write_defaults(sites: dict) -> list[Laboratory]:
    """Write the laboratories of the given sites (code -> Site) and the central one, with their ranges.

    Only what is missing is written. To be called inside `audited(...)`; safe to run twice.
    """
    written = []
    for code, (name, site) in LABORATORIES.items():
        if not site or site in sites:
            laboratory, _made = Laboratory.objects.get_or_create(
                code=code, defaults={"name": name, "site": sites[site] if site else None}
            )
            written.append(laboratory)
    by_code = {laboratory.code: laboratory for laboratory in written}
    columns = ("analyte", "sex", "age_from", "effective_from")
    known = set(LabRange.objects.values_list("laboratory__code", *columns))
    missing = [
        LabRange(**{**one, "laboratory": by_code[one["laboratory"]]})
        for one in default_ranges()
        if one["laboratory"] in by_code and (one["laboratory"], *(one[name] for name in columns)) not in known
    ]
    LabRange.objects.bulk_create(missing)
    return written
