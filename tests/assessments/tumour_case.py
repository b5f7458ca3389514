"""The worked tumour case as saved forms: four targets, two non-targets, scans on Day 28 and in months 2 and 3."""

from datetime import timedelta

from tests import scenarios

DAY = 180
BASELINE = ("48", "22", "19", "15")
PLACES = (("BASETNG", "N"), ("SOFTPAL", "N"), ("LN2L", "Y"), ("LUNGRL", "N"))
SCANS = {
    "d28": (28, ("36", "17", "14", "11"), ("PRESENT", "PRESENT"), "SD"),
    "m2": (60, ("26", "12", "11", "8"), ("PRESENT", "PRESENT"), "PR"),
    "m3": (90, ("22", "10", "9", "TS"), ("ABSENT", "PRESENT"), "PR"),
}


def day(study, n):
    """Day `n` after the infusion, as typed."""
    return (scenarios.today(study.sites["101"]) - timedelta(days=DAY - n)).isoformat()


def tumour_subject(study, scans=("d28", "m2", "m3")):
    """A subject of site 101 in month 6."""
    subject = scenarios.infused_subject(study, day=DAY)
    typed = {"tu.tudtc.1": day(study, -8)}
    for n, ((place, node), size) in enumerate(zip(PLACES, BASELINE, strict=True), 1):
        about = {"tuloc": place, "tunode": node, "tumeth": "CT", "tuslice": "5", "tuprirt": "N", "tubase": size}
        typed |= {f"tu.{item}.{n}": text for item, text in about.items()}
    saved = [scenarios.save(study, subject, "base/tu", typed)]
    named = {"nt.ntdtc.1": day(study, -8), "nt.nlyn": "NONE"}
    for n, place in enumerate(("PLEFFL", "LNMED"), 1):
        named |= {f"nt.ntloc.{n}": place, f"nt.ntstat.{n}": "PRESENT"}
    saved.append(scenarios.save(study, subject, "base/nt", named))
    for visit in scans:
        saved += scan(study, subject, visit)
    assert [one.held for one in saved if one.held] == []
    return subject


def scan(study, subject, visit):
    """The three forms of one scan."""
    on, sizes, statuses, response = SCANS[visit]
    measured = {"tr.trdtc.1": day(study, on)}
    for n, size in enumerate(sizes, 1):
        measured[f"tr.trmeth.{n}"] = "CT"
        measured |= {f"tr.trstat.{n}": "TSTM"} if size == "TS" else {f"tr.trdiam.{n}": size}
    others = {"nt.ntdtc.1": day(study, on), "nt.nlyn": "NONE"}
    others |= {f"nt.ntstat.{n}": status for n, status in enumerate(statuses, 1)}
    read = {"rs.rsdtc": day(study, on), "rs.rsclin": "N", "rs.rsinv": response}
    return [
        scenarios.save(study, subject, f"{visit}/{form}", raw)
        for form, raw in (("tr", measured), ("nt", others), ("rs", read))
    ]


def typed_m6(study, **changed):
    """What is typed on the worksheet for the scan of month 6."""
    posted = {
        "scan_on": day(study, 180),
        "method": "",
        "cell.1": "24",
        "cell.2": "13",
        "cell.3": "11",
        "cell.4": "TS",
        "nt.ntstat.1": "ABSENT",
        "nt.ntstat.2": "PRESENT",
        "nt.nlyn": "UNEQUIVOCAL",
        "nt.nlloc.1": "Liver, segment VI, CT",
        "nt.nldt.1": day(study, 180),
        "nt.nlsize.1": "14",
        "nt.nlaxis.1": "LONGEST",
        "rs.rsclin": "N",
        "rs.rsinv": "PR",
        "rs.rsinvrs": "",
        "_revision": "0.0.0",
    }
    return posted | changed
