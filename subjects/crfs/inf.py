"""U87 infusion: Day 0, the origin of every window."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.crfs.coi import STEPS
from subjects.crfs.dla import assigned_level, dose_levels
from subjects.crfs.rel import approvals_lacking
from trial_edc.crf.anchors import anchors_of, consent_on, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item, multi, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

DOSE_UNITS = [("MILLION", _("10^6 CAR+ cells")), ("MILLION_KG", _("10^6 CAR+ cells/kg"))]
ROUTES = [
    ("IV", _("Intravenous")),
    ("IT", _("Intratumoural")),
    ("IA", _("Intra-arterial")),
    ("OTHER", _("Other")),
]
PREMEDICATION = [("PARACETAMOL", _("Paracetamol")), ("ANTIHIST", _("Antihistamine")), ("NONE", _("None"))]


def dose_unit(record, casebook):
    return "MILLION_KG" if protocol().settings.dose_unit.endswith("/kg") else "MILLION"


def dose_per_kg(record, casebook):
    """Actual CAR-positive viable T cells, 10^6 per kg, 4 decimals half-even; None without both numbers."""
    if record.infdose is None or not record.infwt:
        return None
    return round(record.infdose / record.infwt, 4)


def thaw_to_end(record, casebook):
    """Minutes from thaw to the end of the infusion, None without both times."""
    if record.infthdtc is None or record.infendtc is None:
        return None
    return int((record.infendtc - record.infthdtc).total_seconds() // 60)


class Infusion(CrfModel):
    """What was given, how much, how fast, and under which identity."""

    class Crf:
        code, title, layout = "inf", _("U87 infusion"), "fields"
        reads = ("aph", "coi", "dla", "ds", "icf", "inf", "ld", "mfg", "rel")
        short = _("Infusion")
        sections = [
            (_("Identity"), ["infcoi", "infbatch", "infbags"]),
            (_("Infusion"), ["infthdtc", "infdtc", "infendtc", "infthtoi", "infnum", "infroute"]),
            (
                _("Dose"),
                ["infdl", "infplan", "infplanu", "infdose", "infwt", "infdkg", "inftotc", "infvol", "infall"],
            ),
            (_("Course"), ["infprem", "infint", "infreact", "inftoci"]),
        ]

    infdtc = item(models.DateTimeField(_("Start date and time")), sdv=True)
    infendtc = item(models.DateTimeField(_("End date and time")))
    infnum = item(models.IntegerField(_("Infusion number")), limits=(1, 9))
    infdl = item(models.CharField(_("Dose level"), max_length=10), choices_from=dose_levels, sdv=True)
    infplan = item(models.DecimalField(_("Planned dose"), max_digits=9, decimal_places=2), limits=(0, 10_000))
    infplanu = item(code(_("Unit of planned dose"), DOSE_UNITS), derive=dose_unit)
    infdose = item(
        models.DecimalField(_("Actual CAR+ viable T cells"), max_digits=9, decimal_places=2),
        unit="10^6",
        limits=(0, 10_000),
        sdv=True,
    )
    infwt = item(
        models.DecimalField(_("Weight used for dose per kg"), max_digits=5, decimal_places=1),
        unit="kg",
        range=(30, 200),
        limits=(2, 400),
    )
    infdkg = item(
        models.DecimalField(_("Dose per kg"), max_digits=10, decimal_places=4),
        unit="10^6/kg",
        derive=dose_per_kg,
    )
    inftotc = item(
        models.DecimalField(_("Total cells infused"), max_digits=10, decimal_places=2),
        unit="10^6",
        limits=(0, 100_000),
    )
    infbatch = item(models.CharField(_("Batch / lot"), max_length=40), sdv=True)
    infbags = item(models.IntegerField(_("Number of bags")), limits=(1, 20))
    infvol = item(
        models.DecimalField(_("Volume infused"), max_digits=6, decimal_places=1), unit="mL", limits=(0, 2_000)
    )
    infall = item(yes_no(_("Entire volume infused")))
    infroute = item(code(_("Route"), ROUTES))
    infthdtc = item(models.DateTimeField(_("Thaw time")))
    infthtoi = item(models.IntegerField(_("Thaw to end of infusion")), unit="min", derive=thaw_to_end)
    infprem = item(multi(_("Premedication"), PREMEDICATION, alone="NONE"))
    infint = item(yes_no(_("Interrupted")))
    infreact = item(yes_no(_("Infusion reaction")))
    infcoi = item(yes_no(_("Two-person identity check done")))
    inftoci = item(yes_no(_("Tocilizumab available on site (>=2 doses)")))


@edit_check(Infusion, "infendtc", "infdtc")
def ends_after_start(record, casebook):
    zone = site_zone(casebook)
    if record.infendtc <= record.infdtc:
        return Finding(
            gettext("End %(end)s is not after start %(start)s. Which is correct?")
            % {"end": text(record.infendtc, zone), "start": text(record.infdtc, zone)}
        )
    return None


@edit_check(Infusion, "infthdtc", "infdtc")
def thawed_before_start(record, casebook):
    zone = site_zone(casebook)
    if record.infthdtc > record.infdtc:
        return Finding(
            gettext("Thaw time %(thaw)s is after the start of the infusion %(start)s. Which is correct?")
            % {"thaw": text(record.infthdtc, zone), "start": text(record.infdtc, zone)}
        )
    return None


@edit_check(Infusion, "infendtc", "infthdtc")
def infused_within_stability(record, casebook):
    minutes, longest = thaw_to_end(record, casebook), protocol().settings.thaw_to_end_max_min
    if minutes is not None and minutes > longest:
        return Finding(
            gettext(
                "Thaw to end of infusion took %(minutes)d min; the product is stable for %(longest)d min."
                " Record a deviation?"
            )
            % {"minutes": minutes, "longest": longest}
        )
    return None


@edit_check(Infusion, "infdose", "infplan")
def dose_is_near_the_plan(record, casebook):
    """Within the tolerance, limits included; a plan per kg is compared with the dose per kg."""
    given = record.infdkg if record.infplanu == "MILLION_KG" else record.infdose
    tolerance = protocol().settings.dose_tolerance_percent
    if given is None or abs(given - record.infplan) * 100 <= tolerance * record.infplan:
        return None
    return Finding(
        gettext("Actual dose is %(given)s; the plan is %(plan)s, %(percent)s %% more or less. Which is correct?")
        % {"given": f"{given:f}", "plan": f"{record.infplan:f}", "percent": f"{tolerance:f}"}
    )


@edit_check(Infusion, "infplan", "infdl")
def plan_fits_the_dose_level(record, casebook):
    level = {one.code: one.dose for one in protocol().dose_levels}.get(record.infdl)
    if level is not None and record.infplan != level:
        return Finding(
            gettext("Planned dose is %(plan)s; dose level %(level)s stands for %(dose)s. Which is correct?")
            % {"plan": f"{record.infplan:f}", "level": record.infdl, "dose": f"{level:f}"}
        )
    return None


@edit_check(Infusion, "infdl")
def level_is_the_assigned_one(record, casebook):
    assigned = assigned_level(casebook)
    if assigned and record.infdl != assigned:
        return Finding(
            gettext("Dose level is %(level)s; the subject is assigned to %(assigned)s. Which is correct?")
            % {"level": record.infdl, "assigned": assigned}
        )
    return None


@edit_check(Infusion, "infvol", "infwt")
def volume_fits_the_weight(record, casebook):
    most = protocol().settings.maximum_volume_ml_per_kg * record.infwt
    if record.infvol > most:
        return Finding(
            gettext("Volume infused is %(volume)s mL; at most %(most)s mL is expected for %(weight)s kg.")
            % {"volume": f"{record.infvol:f}", "most": f"{most:f}", "weight": f"{record.infwt:f}"}
        )
    return None


@edit_check(Infusion, "infdose", "inftotc")
def car_cells_are_part_of_all(record, casebook):
    if record.infdose > record.inftotc:
        return Finding(
            gettext("CAR+ viable T cells %(car)s are more than all cells infused, %(all)s. Which is correct?")
            % {"car": f"{record.infdose:f}", "all": f"{record.inftotc:f}"}
        )
    return None


@edit_check(Infusion, "infcoi")
def identity_was_checked(record, casebook):
    if record.infcoi == "N":
        return Finding(gettext("The two-person identity check is answered No. Record a deviation?"))
    return None


@edit_check(Infusion, "infdtc")
def infusion_after_consent(record, casebook):
    consent, zone = consent_on(casebook), site_zone(casebook)
    if consent and record.infdtc.astimezone(zone).date() < consent:
        return Finding(
            gettext("The infusion of %(date)s is before the consent of %(consent)s. Which is correct?")
            % {"date": text(record.infdtc, zone), "consent": text(consent)}
        )
    return None


@edit_check(Infusion, "infnum")
def number_of_infusions(record, casebook):
    allowed = protocol().settings.infusions_per_subject
    if record.infnum > allowed:
        return Finding(
            gettext("Infusion number is %(n)d; the protocol plans %(allowed)d. Which is correct?")
            % {"n": record.infnum, "allowed": allowed}
        )
    return None


@edit_check(Infusion, "infbatch")
def batch_was_made_for_the_subject(record, casebook):
    made = [one.mfgbatch for one in casebook["mfg"] if one.mfgbatch] if casebook else []
    if made and record.infbatch not in made:
        return Finding(
            gettext("Batch is %(given)s; manufactured for this subject was %(made)s. Which is correct?")
            % {"given": record.infbatch, "made": ", ".join(made)}
        )
    return None


@edit_check(Infusion, "infdtc")
def product_was_released(record, casebook):
    """An infusion is recorded whatever the release says; what it lacks is asked about at once."""
    releases = [one for one in casebook["rel"] if one.relstat] if casebook else []
    lacking = [one for one in releases if one.relstat == "OOS" and approvals_lacking(one)]
    if any(one.relstat == "REJECTED" for one in releases):
        return Finding(gettext("The product was rejected at release. Which is correct? Record a deviation?"))
    if lacking:
        return Finding(
            gettext("The product is out of specification and its approvals are incomplete. Record a deviation?")
        )
    on = record.infdtc.astimezone(site_zone(casebook)).date()
    late = [one.reldt for one in releases if one.reldt and one.reldt > on]
    if late:
        return Finding(
            gettext("The product was released on %(date)s, after the infusion. Which is correct?")
            % {"date": text(max(late))}
        )
    return None


@edit_check(Infusion, "infdtc")
def custody_shows_no_mismatch(record, casebook):
    steps = [dict(STEPS)[one.coistep] for one in casebook["coi"] if one.coimatch == "N"] if casebook else []
    if steps:
        return Finding(
            gettext("Identifiers do not match at: %(steps)s. The product is not infused until this is explained.")
            % {"steps": ", ".join(map(str, steps))}
        )
    return None


@edit_check(Infusion, "infdtc")
def infused_in_time_after_lymphodepletion(record, casebook):
    begun, settings = anchors_of(casebook).ld1 if casebook else None, protocol().settings
    if begun is None:
        return None
    days = (record.infdtc.astimezone(site_zone(casebook)).date() - begun).days
    first, last = settings.infusion_after_ld1_accepted_days
    if days > settings.lymphodepletion.repeat_after_days:
        return Finding(
            gettext("The infusion is %(days)d days after lymphodepletion began; after %(most)d days it is repeated.")
            % {"days": days, "most": settings.lymphodepletion.repeat_after_days}
        )
    if not first <= days <= last:
        return Finding(
            gettext("The infusion is %(days)d days after lymphodepletion began; %(first)d to %(last)d are planned.")
            % {"days": days, "first": first, "last": last}
        )
    return None
