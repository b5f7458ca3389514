"""What each criterion's rule says of the data recorded up to a confirmation. The answer stays the investigator's.

Each rule gives True (satisfied), False (not satisfied), None (data are missing) or JUDGE (the facts are there, the
investigator judges them), with the facts it read. A criterion without a rule here is judged without data.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from subjects.consents import consents_standing
from subjects.eligibility.contradictions import HISTOLOGIES, SITES
from subjects.eligibility.facts import Book, Fact, times_upper_limit
from subjects.formulas import POSITIVE
from trial_edc.crf import partial
from trial_edc.crf.anchors import anchors_of, day_of
from trial_edc.crf.spec import protocol

Answer = tuple[bool | str | None, tuple[Fact, ...]]
JUDGE = "judge"


def age(book: Book) -> Answer:
    one = book.latest("dm")
    low, high = protocol().settings.age_years
    value = one["age"] if one else None
    return (None if value is None else low <= value <= high), book.facts(one, "age")


def tumour(book: Book) -> Answer:
    one = book.latest("hnc")
    facts = book.facts(one, "hnsite", "hnhist", "hnrecty")
    if one is None or not (one["hnsite"] and one["hnhist"]):
        return None, facts
    return one["hnsite"] in SITES and one["hnhist"] in HISTOLOGIES, facts


def earlier_lines(book: Book) -> Answer:
    """Platinum and an antibody against PD-1 or PD-L1, with progression after the last line."""
    lines = [one for one in book.casebook["prt"] if one["prtype"] in ("CHEMO", "EGFR", "PD1", "IMMUNO", "INVEST")]
    facts = book.entries(lines, "prtype", "prreg", "prline", "prdisc", "prpddt")
    if not lines:
        return None, facts
    has_antibody = any(one["prtype"] == "PD1" for one in lines)
    has_platinum = any(one["prtype"] == "CHEMO" for one in lines)
    last = max(lines, key=lambda one: str(one["prstdt"] or ""))
    progressed = bool(last["prpddt"]) or last["prdisc"] == "PD"
    return has_antibody and has_platinum and progressed, facts


def target(book: Book) -> Answer:
    all_of_them = [one for one in book.casebook["ihc"] if one["ihcres"]]
    facts = tuple(fact for one in all_of_them for fact in book.facts(one, "ihcres", "ihcp2", "ihcp3"))
    return (any(one["ihcres"] == POSITIVE for one in all_of_them) if all_of_them else None), facts


def measurable(book: Book) -> Answer:
    """A target lesion of the least size, not irradiated or grown since; before there is one it is judged."""
    one = book.latest("tu")
    if one is None:
        return None, ()
    rows = one.row_keys()
    facts = tuple(fact for row in rows for fact in book.facts(one, f"tubase.{row}", f"tuprirt.{row}", f"tuprpd.{row}"))
    sizes = [(one[f"tubase.{row}"], 15 if one[f"tunode.{row}"] == "Y" else 10, row) for row in rows]
    return any(
        size is not None and size >= least and (one[f"tuprirt.{row}"] == "N" or one[f"tuprpd.{row}"] == "Y")
        for size, least, row in sizes
    ), facts


def performance(book: Book) -> Answer:
    one = book.latest("ecog")
    most = 2 if book.visit == "d0" else 1
    value = one["ecog"] if one else None
    return (None if value is None else int(value) <= most), book.facts(one, "ecog")


MARROW = {"anc": "1.5", "alc": "0.5", "plt": "75", "hgb": "90"}
MARROW_LATER = {"anc": "1.0", "plt": "50"}


def marrow(book: Book) -> Answer:
    one = book.latest("lbh")
    least = MARROW if book.visit == "scr" else MARROW_LATER
    facts = book.facts(one, *MARROW, "gcsf", "transf")
    if one is None or any(one[key] is None for key in least):
        return None, facts
    enough = all(one[key] >= type(one[key])(low) for key, low in least.items())
    if book.visit != "scr" or not enough:
        return enough, facts
    if one["gcsf"] is None or not one["transf"]:
        return None, facts
    return one["gcsf"] == "N" and one["transf"] == ["NONE"], facts


def liver(book: Book) -> Answer:
    one, disease = book.latest("lbc"), book.latest("hnc")
    facts = book.facts(one, "alt", "ast", "bili") + book.facts(disease, "hnmets")
    if one is None:
        return None, facts
    has_metastases = disease is not None and "LIVER" in (disease["hnmets"] or ())
    most = {"alt": 5 if has_metastases else 3, "ast": 5 if has_metastases else 3, "bili": 1.5}
    times = {key: times_upper_limit(one, key) for key in most}
    if any(found is not None and found > most[key] for key, found in times.items()):
        return False, facts
    return (None if None in times.values() else True), facts


def kidney(book: Book) -> Answer:
    one = book.latest("lbc")
    value = one["crcl"] if one else None
    return (None if value is None else value >= 50), book.facts(one, "crcl")


def heart_and_lungs(book: Book) -> Answer:
    heart, signs = book.latest("ecg", "lvef"), book.latest("vs", "spo2")
    facts = book.facts(heart, "lvef") + book.facts(signs, "spo2", "o2sup")
    known = [
        heart["lvef"] >= 50 if heart and heart["lvef"] is not None else None,
        signs["spo2"] >= 92 if signs and signs["spo2"] is not None else None,
        signs["o2sup"] == "NONE" if signs and signs["o2sup"] else None,
    ]
    return (False if False in known else None if None in known else True), facts


def no_pregnancy_possible(book: Book) -> Answer:
    person, test = book.latest("dm"), book.latest("lbi", "preg")
    facts = book.facts(person, "sex", "childpot") + book.facts(test, "preg")
    if person is None or not person["sex"]:
        return None, facts
    if person["sex"] == "M" or person["childpot"] in ("POSTMEN", "STERILE", "NAP"):
        return True, facts
    result = test["preg"] if test else None
    return (None if not result else result == "NEG"), facts


def not_pregnant(book: Book) -> Answer:
    person, test = book.latest("dm"), book.latest("lbi", "preg")
    facts = book.facts(person, "sex", "childpot") + book.facts(test, "preg")
    if person is not None and (person["sex"] == "M" or person["childpot"] in ("POSTMEN", "STERILE", "NAP")):
        return True, facts
    result = test["preg"] if test else None
    return (None if not result else result != "POS"), facts


def consented(book: Book) -> Answer:
    facts = book.entries(book.casebook["icf"], "icftype", "icfdtc", "icfver", "icfwddt")
    standing = consents_standing(book.casebook, on=book.on)
    return {"MAIN", "LTFU"} <= standing, facts


def no_brain_metastasis(book: Book) -> Answer:
    one = book.latest("hnc")
    if one is None:
        return None, ()
    return "BRAIN" not in (one["hnmets"] or ()), book.facts(one, "hnmets")


def no_recent_cns_disorder(book: Book) -> Answer:
    found = [one for one in book.casebook["mh"] if one["mhcns"] == "Y"]
    facts = book.entries(found, "mhterm", "mhstdtc", "mhongo")
    if not found:
        return True, facts
    return (False if any(_is_recent(book, one) for one in found) else JUDGE), facts


def _is_recent(book: Book, one) -> bool:
    """Ongoing, or ended at most six months before this confirmation; a date that is not known does not clear it."""
    if one["mhongo"] != "N" or not one["mhendtc"] or book.on is None:
        return True
    return partial.interval(one["mhendtc"])[1].date() > book.on - timedelta(days=183)


def no_autoimmune_disease(book: Book) -> Answer:
    found = [one for one in book.casebook["mh"] if one["mhauto"] == "Y"]
    return (JUDGE if found else True), book.entries(found, "mhterm", "mhongo")


def no_steroids(book: Book) -> Answer:
    """No systemic corticosteroid in the days before the step this confirmation opens."""
    dates = anchors_of(book.casebook)
    planned = {"scr": dates.planned_leukapheresis_on, "d0": dates.planned_infusion_on}.get(book.visit)
    step = {"scr": dates.leukapheresis, "base": dates.ld1, "d0": dates.infusion}[book.visit] or planned or book.on
    given = [
        one
        for one in book.casebook["cm"]
        if one["cmcat"] == "STEROID" and one["cmroute"] in ("ORAL", "IV", "SC", "IM", "ENTERAL")
    ]
    if step is None:
        return (JUDGE if given else True), book.entries(given, "cmtrt", "cmdose", "cmstdtc", "cmendtc")
    since = step - timedelta(days=protocol().settings.steroid_free_days)
    near = [one for one in given if _overlaps(one, since, step)]
    return (JUDGE if near else True), book.entries(near, "cmtrt", "cmdose", "cmstdtc", "cmendtc")


def _overlaps(one, since, until) -> bool:
    begins = partial.interval(one["cmstdtc"])[0].date() if one["cmstdtc"] else since
    ends = partial.interval(one["cmendtc"])[1].date() if one["cmendtc"] else until
    return begins < until and ends >= since


VIRUSES = ("hbsag", "hbcab", "hbvdna", "hcvab", "hivab", "syph")


def no_virus(book: Book) -> Answer:
    one = book.latest("lbi", "hbsag")
    facts = book.facts(one, *VIRUSES)
    if one is None:
        return None, facts
    results = [one[key] for key in ("hbsag", "hcvab", "hivab", "syph")]
    if "POS" in results:
        return False, facts
    if one["hbcab"] == "POS":
        below = one.meta.get("hbvdna", {}).get("qualifier") in ("<", "<=")
        if one["hbvdna"] is not None and not below and one["hbvdna"] > 0:
            return False, facts
        results.append("NEG" if one["hbvdna"] is not None else None)
    else:
        results.append(one["hbcab"])
    return (True if all(one == "NEG" for one in results) else None), facts


def no_infection(book: Book) -> Answer:
    signs = book.latest("vs", "temp")
    infused = [one for one in book.casebook["cm"] if one["cmcat"] == "ANTIINF" and one["cmroute"] == "IV"]
    running = [one for one in infused if one["cmongo"] == "Y"]
    facts = book.facts(signs, "temp") + book.entries(running, "cmtrt", "cmstdtc")
    temperature = signs["temp"] if signs else None
    if running or (temperature is not None and temperature >= protocol().settings.fever_c):
        return False, facts
    return (None if temperature is None else True), facts


def no_earlier_cells(book: Book) -> Answer:
    found = [one for one in book.casebook["prt"] if one["prtype"] == "CELL"]
    return not found, book.entries(found, "prreg", "prstdt")


def long_enough_without_therapy(book: Book) -> Answer:
    dates, needed = anchors_of(book.casebook), dict(protocol().settings.washout_days)
    begins = dates.leukapheresis or dates.planned_leukapheresis_on
    ended = [one for one in book.casebook["prt"] if one["prtype"] in needed and one["prendt"]]
    facts = book.entries(ended, "prtype", "prreg", "prendt")
    if begins is None:
        return None, facts
    if any((begins - one["prendt"]).days < needed[one["prtype"]] for one in ended):
        return False, facts
    return _bridging_ended(book, dates.ld1), facts


def _bridging_ended(book: Book, ld1) -> bool | None:
    """At the confirmation before lymphodepletion the bridging therapy counts too."""
    ends = [day_of(one["brgendt"], book.zone) for one in book.casebook["brg"] if one["brgendt"]]
    step = ld1 or book.on
    if book.visit == "scr" or not ends:
        return True
    least = protocol().settings.bridging_washout_days
    return None if step is None else all((step - end).days >= least for end in ends if end)


def no_bleeding_risk(book: Book) -> Answer:
    disease, blood = book.latest("hnc"), book.latest("lbc")
    facts = book.facts(disease, "hnvess") + book.facts(blood, "inr", "aptt", "fib")
    known: list[bool | None] = [None if disease is None or not disease["hnvess"] else disease["hnvess"] == "N"]
    times = times_upper_limit(blood, "aptt") if blood else None
    known.append(None if blood is None or blood["inr"] is None else float(blood["inr"]) <= 1.5)
    known.append(None if times is None else float(times) <= 1.5)
    known.append(None if blood is None or blood["fib"] is None else blood["fib"] >= 1)
    return (False if False in known else None if None in known else True), facts


def airway_is_safe(book: Book) -> Answer:
    one = book.latest("hnc")
    value = one["hnairway"] if one else None
    return (None if not value else value != "RISK"), book.facts(one, "hnairway")


LONGEST_QTCF_MS = 480


def rhythm_is_safe(book: Book) -> Answer:
    one = book.latest("ecg")
    facts = book.facts(one, "qtcf", "egint")
    value = one["qtcf"] if one else None
    if value is None or value > LONGEST_QTCF_MS:
        return (None if value is None else False), facts
    return (JUDGE if len(book.casebook["mh"]) else True), facts


def toxicity_is_over(book: Book) -> Answer:
    found = [one for one in book.casebook["mh"] if one["mhongo"] == "Y" and str(one["mhtoxgr"] or "0") >= "2"]
    return (JUDGE if found else True), book.entries(found, "mhterm", "mhtoxgr")


RULES: dict[str, Callable[[Book], Answer]] = {
    "inc01": age,
    "inc02": tumour,
    "inc04": earlier_lines,
    "inc05": target,
    "inc06": measurable,
    "inc07": performance,
    "inc09": marrow,
    "inc10": liver,
    "inc11": kidney,
    "inc12": heart_and_lungs,
    "inc13": no_pregnancy_possible,
    "inc14": consented,
    "exc01": no_brain_metastasis,
    "exc02": no_recent_cns_disorder,
    "exc03": no_autoimmune_disease,
    "exc04": no_steroids,
    "exc05": no_virus,
    "exc06": no_infection,
    "exc08": no_earlier_cells,
    "exc09": long_enough_without_therapy,
    "exc10": no_bleeding_risk,
    "exc11": airway_is_safe,
    "exc12": rhythm_is_safe,
    "exc13": not_pregnant,
    "exc14": toxicity_is_over,
}
