"""Lesions and responses. A scan is a visit and a date; its forms `tr`, `nt` and `rs` carry the same number.

Used is the longest diameter, for a lymph node the perpendicular one; what the trial reported stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from trial_edc.protocol.cdiscpilot.sdtm.rows import Rows
from trial_edc.protocol.imports import Box, Compared, Key, Planned, Row, number

BASE, NODE, NOT_DONE, TARGET, NEW = "base", "LYMPH NODE", "NOT DONE", "TARGET", "NEW"
METHODS = {"CT SCAN": "CT", "MRI": "MRI", "X-RAY": "XRAY", "PET/CT SCAN": "PETCT"}
LOCATIONS = {NODE: "LNOTH", "BONE": "BONE"}
STATES = {"PRESENT": "PRESENT", "ABSENT": "ABSENT", "UNEQUIVOCAL": "UPD"}
RESPONSES = {"CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NON-CR/NON-PD": "NCNP", "NE": "NEV"}
AXES = {"LDIAM": "trldiam", "LPERP": "trlperp", "DIAMETER": "trdiamr"}
REPORTED = {"TRGRESP": "rstrgr", "NTRGRESP": "rsntrgr"}
SCAN = "scan"
ONE_DECIMAL = Decimal("0.05")


def tumour(rows: Rows) -> list[Planned]:
    """Targets and non-targets at baseline, then the forms of each scan."""
    nodes = {row["TULNKID"] for _key, row in rows.of("tu_onco") if row["TULOC"] == NODE}
    scans = _Scans(rows, nodes)
    for key, row in rows.of("tu_onco"):
        if row["TUORRES"] == TARGET:
            scans.target(key, row)
        else:
            scans.other(key, row, row["TUDTC"])
    for key, row in rows.of("tr_onco"):
        scans.measured(key, row)
    for key, row in rows.of("rs_onco"):
        scans.response(key, row)
    scans.compare_sums()
    return list(scans.found.values())


def _row(lesion: str) -> int:
    """The number of a lesion: 3 of T03, NT03 and NEW03."""
    return int("".join(filter(str.isdigit, lesion)) or 0)


class _Scans:
    def __init__(self, rows: Rows, nodes: set[str]) -> None:
        self.rows, self.nodes = rows, nodes
        self.found: dict[tuple[str, ...], Planned] = {}
        self.sums: list[tuple[Key, Planned, Row]] = []

    def form(self, key: Key, row: Row, form: str, on: str) -> Planned:
        """The form of a scan, begun with its first row."""
        visit = self.rows.visit(row)
        where = (visit, form) if form == "tu" else (visit, form, on)
        if where not in self.found:
            self.found[where] = Planned(visit, form, where[1:], (on,), together="" if form == "tu" else SCAN)
            self.rows.doubt_visit(self.found[where], key, row)
        return self.found[where]

    def target(self, key: Key, row: Row) -> None:
        form, n = self.form(key, row, "tu", ""), _row(row["TULNKID"])
        form.sources[key] = f"tulnkid.{n}"
        form.boxes |= {
            f"tuloc.{n}": Box(LOCATIONS.get(row["TULOC"], "OTHER" if row["TULOC"] else "")),
            f"tulocr.{n}": Box(row["TULOC"]),
            f"tunode.{n}": Box("Y" if row["TULOC"] == NODE else "N"),
            f"tumeth.{n}": Box(METHODS.get(row["TUMETHOD"], row["TUMETHOD"])),
            f"tudtc.{n}": Box(row["TUDTC"]),
            f"tuprirt.{n}": Box("NR"),
        }

    def other(self, key: Key, row: Row, on: str) -> None:
        """A non-target lesion named at baseline, or a new lesion at a later scan."""
        form, n = self.form(key, row, "nt", on), _row(row["TULNKID"])
        if row["TUORRES"] == NEW:
            form.sources[key] = f"nlid.{n}"
            seen = min((r["TRDTC"] for _k, r in self.rows.of("tr_onco") if r["TRLNKID"] == row["TULNKID"]), default=on)
            form.boxes |= {f"nlid.{n}": Box(row["TULNKID"]), f"nldt.{n}": Box(seen), f"nlloc.{n}": Box(row["TULOC"])}
        else:
            form.sources[key] = f"ntlnkid.{n}"
            form.boxes |= {f"ntloc.{n}": Box(row["TULOC"] or "NR"), f"ntdtc.{n}": Box(row["TUDTC"])}

    def measured(self, key: Key, row: Row) -> None:
        test, on = row["TRTESTCD"], row["TRDTC"]
        if test == "SUMDIAM":
            form = self.form(key, row, "tr", on)
            form.sources[key] = "trsumr"
            form.boxes["trsumr"] = Box(row["TRORRES"])
            self.sums.append((key, form, row))
        elif row["TRGRPID"] == TARGET:
            self._diameter(key, row, self.form(key, row, "tr", on))
        elif row["TRGRPID"] == NEW:
            form = self.form(key, row, "nt", on)
            form.sources[key] = "nlyn"
            form.boxes["nlyn"] = Box(row["TRORRES"])
        else:
            form, n = self.form(key, row, "nt", on), _row(row["TRLNKID"])
            form.sources[key] = f"ntstat.{n}"
            is_missing = row["TRSTAT"] == NOT_DONE
            state = "NOTEV" if is_missing else STATES.get(row["TRORRES"], row["TRORRES"])
            form.boxes |= {f"ntdtc.{n}": Box(on), f"ntstat.{n}": Box(state)}
            form.boxes.setdefault("nlyn", Box(""))

    def _diameter(self, key: Key, row: Row, form: Planned) -> None:
        """One of the three diameters of a lesion; the used one also gives its status."""
        test, n = row["TRTESTCD"], _row(row["TRLNKID"])
        column = AXES.get(test)
        if column is None:
            form.doubts.append((key, f"TRTESTCD '{test}' is no diameter of a target lesion."))
            return
        form.sources[key] = f"{column}.{n}"
        form.boxes[f"{column}.{n}"] = Box(row["TRORRES"])
        if test != ("LPERP" if row["TRLNKID"] in self.nodes else "LDIAM"):
            return
        form.boxes |= {
            f"trdtc.{n}": Box(row["TRDTC"]),
            f"trmeth.{n}": Box(METHODS.get(row["TRMETHOD"], row["TRMETHOD"])),
        }
        if row["TRSTAT"] == NOT_DONE:
            form.boxes |= {f"trstat.{n}": Box("NOTEVAL"), f"trnereas.{n}": Box(row.get("TRREASND", ""))}
            return
        is_gone = number(row["TRORRES"]) == 0
        form.boxes[f"trstat.{n}"] = Box("ABSENT" if is_gone else "MEASURED")
        if not is_gone:
            form.boxes[f"trdiam.{n}"] = Box(row["TRORRES"])
        if form.visit == BASE and (targets := self.found.get((BASE, "tu"))):
            targets.boxes[f"tubase.{n}"] = Box(row["TRORRES"])

    def response(self, key: Key, row: Row) -> None:
        test, given = row["RSTESTCD"], row["RSORRES"]
        if test == "NEWLPROG":
            form = self.form(key, row, "nt", row["RSDTC"])
            form.sources[key], form.boxes["nlynr"] = "nlynr", Box(given)
            return
        form = self.form(key, row, "rs", row["RSDTC"])
        form.boxes["rsdtc"] = Box(row["RSDTC"])
        if test in REPORTED:
            form.sources[key], form.boxes[REPORTED[test]] = REPORTED[test], Box(given)
            where = (form.visit, "tr", row["RSDTC"])
            if test == "TRGRESP" and where in self.found:
                given = RESPONSES.get(given, given)
                self.found[where].compared.append((key, Compared("trresp", given, "TRGRESP")))
            return
        form.sources[key] = "rsinv"
        form.boxes |= {"rsinvr": Box(given), "rsinv": Box(RESPONSES.get(given, "NR"))}
        if given not in RESPONSES:
            form.doubts.append((key, f"RSORRES '{given}' is no response; it is kept as read."))

    def compare_sums(self) -> None:
        """Diameters and their sum as reported, beside the axes in use."""
        for form in list(self.found.values()):
            if form.form == "tr":
                for key, address in list(form.sources.items()):
                    if address.startswith("trdiamr."):
                        self._compare_diameter(form, key, address.partition(".")[2])
        for key, form, row in self.sums:
            used = [self._used(form, n) for n in self._numbers(form)]
            given, ours = number(row["TRORRES"]), None if None in used else sum(filter(None, used), Decimal(0))
            if given is not None and ours is not None and abs(given - ours) > ONE_DECIMAL:
                form.doubts.append((key, f"SUMDIAM is {given} mm; the axes in use add up to {ours} mm."))

    def _compare_diameter(self, form: Planned, key: Key, n: str) -> None:
        given, ours = number(form.boxes[f"trdiamr.{n}"].text), self._used(form, n)
        if given is not None and ours is not None and abs(given - ours) > ONE_DECIMAL:
            form.doubts.append((key, f"DIAMETER of T{int(n):02d} is {given} mm; the axis in use has {ours} mm."))

    def _numbers(self, form: Planned) -> Iterator[str]:
        return (address.partition(".")[2] for address in form.boxes if address.startswith("trstat."))

    def _used(self, form: Planned, n: str) -> Decimal | None:
        """The axis in use, 0 for a lesion that is gone, None where it was not evaluated."""
        if form.boxes.get(f"trstat.{n}") == Box("ABSENT"):
            return Decimal(0)
        box = form.boxes.get(f"trdiam.{n}")
        return number(box.text) if box else None
