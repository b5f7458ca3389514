"""Demography, death and the record of each visit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from trial_edc.protocol.cdiscpilot.sdtm.rows import Rows, coded, texts
from trial_edc.protocol.imports import Box, Compared, Planned, full_date, plain

RACES = {
    "WHITE": "WHITE",
    "BLACK OR AFRICAN AMERICAN": "BLACK",
    "ASIAN": "ASIAN",
    "AMERICAN INDIAN OR ALASKA NATIVE": "AIAN",
    "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER": "NHPI",
}
ETHNICITIES = {"HISPANIC OR LATINO": "HISP", "NOT HISPANIC OR LATINO": "NOTHISP"}
# The day of a visit is that of its vital signs, else of the next file that has rows of it.
DATED = (("vs", "VSDTC"), ("tr_onco", "TRDTC"), ("cm", "CMDTC"), ("mh", "MHDTC"), ("lb", "LBDTC"), ("ds", "DSDTC"))


def demography(rows: Rows) -> list[Planned]:
    """The form, and the entry of a death where there is one."""
    key, row = next(rows.of("dm"))
    found = Planned("scr1", "dm", ("dm",), sources={key: ""})
    found.boxes = {
        "sex": Box(row["SEX"]),
        "race": coded(RACES, row["RACE"]),
        "ethnic": coded(ETHNICITIES, row["ETHNIC"]),
        **texts(row, brthdtc="BRTHDTC", dmdtc="DMDTC", arm="ARM", actarm="ACTARM"),
    }
    if row["AGE"]:
        found.compared.append((key, Compared("age", plain(row["AGE"]), "AGE")))
    if row["ACTARM"] != row["ARM"]:
        found.doubts.append((key, f"The planned arm is {row['ARM']}, the actual arm {row['ACTARM']}."))
    begun = full_date(row["RFXSTDTC"])
    if begun != rows.first_dose:
        found.doubts.append((key, f"RFXSTDTC is {begun}; the first row of ex starts on {rows.first_dose}."))
    if begun and not row["RFXENDTC"]:
        found.doubts.append((key, "RFXENDTC is empty. When was the last dose?"))
    if not row["DTHDTC"]:
        return [found]
    death = Planned("", "dd", ("dd",), (1,), boxes={"dthdtc": Box(row["DTHDTC"]), "dthcaus": Box("")}, sources={})
    return [found, death]


def visit_records(rows: Rows) -> list[Planned]:
    """The record of each visit that has dated rows; made here, so it is the place of no row."""
    days: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    for file, column in DATED:
        for _key, row in rows.of(file):
            if on := full_date(row[column]):
                days[rows.visit(row)][file].append(on)
    found = []
    for visit, by_file in days.items():
        on = min(next(by_file[file] for file, _column in DATED if by_file.get(file)))
        boxes = {"svstdtc": Box(on.isoformat()), "svocc": Box("Y")}
        found.append(Planned(visit, "sv", ("sv",), boxes=boxes))
    return found
