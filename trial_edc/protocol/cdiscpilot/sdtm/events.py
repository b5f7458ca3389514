"""Exposure, disposition, history, medication and adverse events: one form or entry for each row."""

from __future__ import annotations

from trial_edc.protocol.cdiscpilot.sdtm.rows import Rows, coded, log, texts
from trial_edc.protocol.imports import Box, Key, Planned, Row, full_date, plain

# Terms of the files that our list of reasons has too.
DISPOSITIONS = {
    "COMPLETED": "COMPLETED",
    "ADVERSE EVENT": "AE",
    "SCREEN FAILURE": "SCREENFAIL",
    "WITHDRAWAL BY SUBJECT": "WITHDREW",
    "STUDY TERMINATED BY SPONSOR": "TERMINATED",
    "PROTOCOL VIOLATION": "DEVIATION",
    "DEATH": "DEATH",
    "PHYSICIAN DECISION": "PHYSICIAN",
    "LOST TO FOLLOW-UP": "LOST",
    "LACK OF EFFICACY": "OTHER",
}
OUTCOMES = {
    "RECOVERED/RESOLVED": "RECOVERED",
    "RECOVERING/RESOLVING": "RECOVERING",
    "NOT RECOVERED/NOT RESOLVED": "NOTREC",
    "RECOVERED/RESOLVED WITH SEQUELAE": "SEQUELAE",
    "FATAL": "FATAL",
    "UNKNOWN": "UNKNOWN",
}
CRITERIA = ("AESDTH", "AESLIFE", "AESHOSP", "AESDISAB", "AESCONG")
ONGOING, BEFORE = "ONGOING", "BEFORE"


def exposure(rows: Rows) -> list[Planned]:
    found = []
    for key, row in rows.of("ex"):
        boxes = texts(row, extrt="EXTRT", exdosu="EXDOSU", exdosfrm="EXDOSFRM", exdosfrq="EXDOSFRQ", exroute="EXROUTE")
        boxes |= texts(row, exstdtc="EXSTDTC", exendtc="EXENDTC")
        entry = log("ex", key, {**boxes, "exdose": Box(plain(row["EXDOSE"]))})
        rows.doubt_day(entry, key, row, "EXSTDTC", "EXSTDY")
        if not row["EXENDTC"]:
            entry.doubts.append((key, "EXENDTC is empty. When did this exposure end?"))
        found.append(entry)
    return found


def disposition(rows: Rows) -> list[Planned]:
    """A form for each row; a milestone has no reason of ours, its own term stands beside."""
    found = []
    for key, row in rows.of("ds"):
        boxes = texts(row, dscat="DSCAT", dsterm="DSTERM", dsdecodr="DSDECOD", dsstdtc="DSSTDTC")
        ours = DISPOSITIONS.get(row["DSDECOD"], "")
        form = Planned(rows.visit(row), "ds", ("ds", str(key[1])), (key[1],), sources={key: ""})
        form.boxes = {**boxes, "dsdecod": Box(ours or "NA")}
        rows.doubt_visit(form, key, row)
        rows.doubt_day(form, key, row, "DSSTDTC", "DSSTDY")
        found.append(form)
    return found


def history(rows: Rows) -> list[Planned]:
    found = []
    for key, row in rows.of("mh"):
        boxes = texts(row, mhterm="MHTERM", mhdecod="MHDECOD", mhstdtc="MHSTDTC", mhendtc="MHENDTC")
        has_ended = row["MHENRTPT"] == BEFORE or row["MHENDTC"]
        is_ongoing = "Y" if row["MHENRTPT"] == ONGOING else "N" if has_ended else "NR"
        found.append(log("mh", key, {**boxes, "mhongo": Box(is_ongoing)}))
    return found


def medication(rows: Rows) -> list[Planned]:
    found = []
    for key, row in rows.of("cm"):
        boxes = texts(row, cmspid="CMSPID", cmtrt="CMTRT", cmindc="CMINDC", cmdosur="CMDOSU", cmfrqr="CMDOSFRQ")
        boxes |= texts(row, cmrouter="CMROUTE", cmstdtc="CMSTDTC", cmendtc="CMENDTC")
        is_ongoing = "Y" if row["CMENRTPT"] == ONGOING else "N" if row["CMENDTC"] else "NR"
        boxes |= {"cmdose": Box(plain(row["CMDOSE"])), "cmongo": Box(is_ongoing), "cmcat": Box("OTHER")}
        entry = log("cm", key, boxes)
        rows.doubt_day(entry, key, row, "CMSTDTC", "CMSTDY")
        rows.doubt_day(entry, key, row, "CMENDTC", "CMENDY")
        found.append(entry)
    return found


def reactions(rows: Rows) -> list[Planned]:
    """Severity and causality as reported: neither becomes a grade or a judgement of ours."""
    found = []
    seen: dict[tuple[str, str], int] = {}
    for key, row in rows.of("ae"):
        boxes = texts(row, aeterm="AETERM", aedecod="AEDECOD", aesoc="AESOC", aestdtc="AESTDTC", aeendtc="AEENDTC")
        boxes |= texts(row, aesev="AESEV", aerel="AEREL", aeser="AESER", aesdth="AESDTH", aeslife="AESLIFE")
        boxes |= texts(row, aeshosp="AESHOSP", aesdisab="AESDISAB", aescong="AESCONG")
        entry = log("ae", key, {**boxes, "aeout": coded(OUTCOMES, row["AEOUT"])})
        rows.doubt_day(entry, key, row, "AESTDTC", "AESTDY")
        rows.doubt_day(entry, key, row, "AEENDTC", "AEENDY")
        entry.doubts += _doubts(rows, key, row)
        same = row["AETERM"], row["AESTDTC"]
        if same in seen:
            entry.doubts.append((key, f"Term and start are those of AESEQ {seen[same]} too. Is it another event?"))
        seen.setdefault(same, key[1])
        found.append(entry)
    return found


def _doubts(rows: Rows, key: Key, row: Row) -> list[tuple[Key, str]]:
    """What is odd in an event as reported."""
    found, start = [], full_date(row["AESTDTC"])
    if start and rows.first_dose and start < rows.first_dose:
        found.append((key, f"It starts on {start}, before the first dose of {rows.first_dose}. Is it history?"))
    criteria = [name for name in CRITERIA if row[name] == "Y"]
    if row["AESER"] == "N" and criteria:
        found.append((key, f"AESER is N, {', '.join(criteria)} is Y. Is it serious?"))
    if not row["AEREL"]:
        found.append((key, "AEREL is empty. What is the relation to the treatment?"))
    return found
