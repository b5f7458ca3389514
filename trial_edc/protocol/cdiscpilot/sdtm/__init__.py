"""How the SDTM files of the study become forms: which files, which columns, and the mapping of one subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trial_edc.protocol.cdiscpilot.sdtm.events import disposition, exposure, history, medication, reactions
from trial_edc.protocol.cdiscpilot.sdtm.findings import kinetics, laboratory, vital_signs
from trial_edc.protocol.cdiscpilot.sdtm.person import demography, visit_records
from trial_edc.protocol.cdiscpilot.sdtm.rows import Rows, Visits
from trial_edc.protocol.cdiscpilot.sdtm.tumour import tumour
from trial_edc.protocol.imports import ImportPlan, Row, SourceFile, SubjectPlan, full_date

_VISIT = ("VISITNUM", "VISIT")


def _file(name: str, prefix: str, used: str, dates: str, *, finding: bool = False, seq: bool = True) -> SourceFile:
    parts = {name: f"{prefix}{name}" for name in ("TESTCD", "ORRES", "STAT")} if finding else {}
    return SourceFile(
        name,
        tuple(used.split()),
        seq=f"{prefix}SEQ" if seq else "",
        dates=tuple(dates.split()),
        test=parts.get("TESTCD", ""),
        result=parts.get("ORRES", ""),
        status=parts.get("STAT", ""),
    )


_TUMOUR = "VISITNUM VISIT"
FILES = (
    _file(
        "dm",
        "",
        "SUBJID SITEID SEX RACE ETHNIC BRTHDTC ARMCD ARM ACTARM DMDTC AGE RFXSTDTC RFXENDTC DTHDTC ARMNRS",
        "BRTHDTC DMDTC RFXSTDTC RFXENDTC DTHDTC",
        seq=False,
    ),
    _file(
        "ex",
        "EX",
        "EXTRT EXDOSE EXDOSU EXDOSFRM EXDOSFRQ EXROUTE EXSTDTC EXENDTC EXSTDY VISITNUM VISIT",
        "EXSTDTC EXENDTC",
    ),
    _file("ds", "DS", "DSTERM DSDECOD DSCAT DSSTDTC DSDTC DSSTDY VISITNUM VISIT", "DSSTDTC DSDTC"),
    _file("mh", "MH", "MHTERM MHDECOD MHSTDTC MHENDTC MHENRTPT MHDTC VISITNUM VISIT", "MHSTDTC MHENDTC MHDTC"),
    _file(
        "cm",
        "CM",
        "CMSPID CMTRT CMINDC CMDOSE CMDOSU CMDOSFRQ CMROUTE CMSTDTC CMENDTC CMENRTPT CMDTC CMSTDY CMENDY"
        " VISITNUM VISIT",
        "CMSTDTC CMENDTC CMDTC",
    ),
    _file(
        "ae",
        "AE",
        "AETERM AEDECOD AESOC AESTDTC AEENDTC AESEV AESER AESDTH AESLIFE AESHOSP AESDISAB AESCONG AEREL AEOUT"
        " AESTDY AEENDY",
        "AESTDTC AEENDTC",
    ),
    _file(
        "vs",
        "VS",
        "VSTESTCD VSORRES VSORRESU VSSTAT VSPOS VSLOC VSTPT VSTPTNUM VSDTC VSSTRESN VISITNUM VISIT",
        "VSDTC",
        finding=True,
    ),
    _file(
        "lb",
        "LB",
        "LBTESTCD LBCAT LBORRES LBORRESU LBORNRLO LBORNRHI LBDTC LBSTRESN LBSTRESU LBNRIND VISITNUM VISIT",
        "LBDTC",
        finding=True,
    ),
    _file(
        "pc",
        "PC",
        "PCTESTCD PCORRES PCORRESU PCSPEC PCNAM PCLLOQ PCTPT PCDTC PCSTRESN VISITNUM VISIT",
        "PCDTC",
        finding=True,
    ),
    _file("tu_onco", "TU", f"TULNKID TUORRES TULOC TUMETHOD TUDTC TUTESTCD {_TUMOUR}", "TUDTC", finding=True),
    _file(
        "tr_onco",
        "TR",
        f"TRGRPID TRLNKID TRTESTCD TRORRES TRSTAT TRREASND TRMETHOD TRDTC {_TUMOUR}",
        "TRDTC",
        finding=True,
    ),
    _file("rs_onco", "RS", f"RSTESTCD RSORRES RSSTAT RSREASND RSDTC {_TUMOUR}", "RSDTC", finding=True),
)
NOT_READ = ("sv", "suppdm", "tu_onco_recist", "tr_onco_recist", "rs_onco_recist")


def subject_of(usubjid: str) -> str:
    """The number of a subject: USUBJID without what stands before the site."""
    return usubjid.partition("-")[2]


def plan(rows: Mapping[str, Sequence[tuple[int, Row]]]) -> SubjectPlan:
    """What the rows of one subject become.

    Args:
        rows: file to its rows with their numbers, in the order of the file; dm has one.
    """
    _number, person = rows["dm"][0]
    visits = Visits()
    starts = [full_date(row["EXSTDTC"]) for _seq, row in rows.get("ex", ())]
    first_dose = min((day for day in starts if day), default=None)
    found = Rows(rows, visits, first_dose)
    forms = [
        *demography(found),
        *exposure(found),
        *disposition(found),
        *history(found),
        *medication(found),
        *reactions(found),
        *vital_signs(found),
        *laboratory(found),
        *kinetics(found),
        *tumour(found),
    ]
    forms[1:1] = visit_records(found)
    return SubjectPlan(subject_of(person["USUBJID"]), person["SITEID"], person["ARMCD"], forms)


IMPORT = ImportPlan(FILES, NOT_READ, subject_of, plan, country="US", time_zone="America/New_York", date_order="mdy")
