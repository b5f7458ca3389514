"""Response at a scan: the investigator's, and beside it the one that follows from the lesions."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.recist import DatedResponse, NewLesion, Response, ResponseRules
from assessments.tumour import RESPONSE_CODES, read_tumour, scan_date
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text

RESPONSES = [
    ("CR", _("CR")),
    ("PR", _("PR")),
    ("SD", _("SD")),
    ("NCNP", _("Non-CR/Non-PD")),
    ("PD", _("PD")),
    ("NEV", _("NE")),
]
PILOT = ("cdiscpilot",)
IMMUNE_RESPONSES = [
    ("ICR", _("iCR")),
    ("IPR", _("iPR")),
    ("ISD", _("iSD")),
    ("INCNU", _("Non-iCR/Non-iUPD")),
    ("IUPD", _("iUPD")),
    ("ICPD", _("iCPD")),
    ("INEV", _("NE")),
]


def tumour_at(record, casebook, *, up_to_here=False):
    """The scans with this form in place, and this one among them; (None, None) without a casebook."""
    if casebook is None:
        return None, None
    seen, slot = casebook.with_record(record), (record.visit_code, record.seq)
    until = scan_date(seen, slot) if up_to_here else None
    tumour = read_tumour(seen, until=until)
    return tumour, tumour.assessment(slot)


def overall_response(record, casebook):
    """The response of a scan once all lesions and the question for new ones are answered, else None."""
    tumour, here = tumour_at(record, casebook)
    if here is None or not here.is_complete or here.slot not in tumour.points:
        return None
    return RESPONSE_CODES[tumour.points[here.slot].overall]


def best_response(record, casebook):
    """Best overall response up to this scan, confirmed after at least 28 days; None without its scan."""
    tumour, here = tumour_at(record, casebook, up_to_here=True)
    if here is None or tumour.history is None:
        return None
    return RESPONSE_CODES[tumour.history.best.confirmed]


class ResponseAssessment(CrfModel):
    """The response at one time point. The investigator's is the headline; the derived one stands beside it."""

    class Crf:
        code, title, layout = "rs", _("Response at time point"), "fields"
        short = _("Response")
        reads = ("inf", "nt", "rs", "subs", "tr", "tu")
        sections = [
            (_("Assessment"), ["rsdtc", "rsclin"]),
            (_("Response"), ["rsovrl", "rsinv", "rsinvr", "rstrgr", "rsntrgr", "rsinvrs", "rsirec", "rsbor"]),
        ]

    rsdtc = item(models.DateField(_("Assessment date")), sdv=True)
    rsovrl = item(code(_("Overall response (derived)"), RESPONSES), derive=overall_response)
    rsinv = item(code(_("Overall response (investigator)"), RESPONSES), sdv=True)
    rsinvrs = item(
        models.TextField(_("Reason when the investigator differs from the derived response")),
        optional=True,
        help=_("Needed when the two responses differ; both are kept."),
    )
    rsirec = item(code(_("iRECIST response"), IMMUNE_RESPONSES), optional=True)
    rsclin = item(
        yes_no(_("Clinical deterioration without imaging PD")),
        help=_("It is recorded, and is not progression by RECIST."),
    )
    rsinvr = item(models.CharField(_("Overall response as reported"), max_length=40), studies=PILOT)
    rstrgr = item(models.CharField(_("Target response as reported"), max_length=40), optional=True, studies=PILOT)
    rsntrgr = item(models.CharField(_("Non-target response as reported"), max_length=40), optional=True, studies=PILOT)
    rsbor = item(code(_("Best overall response (derived)"), RESPONSES), derive=best_response)


def why_derived(record, casebook):
    """The fact that decides the derived response, in one sentence."""
    tumour, here = tumour_at(record, casebook)
    point = tumour.points[here.slot]
    if here.scan.new_lesion is NewLesion.UNEQUIVOCAL and point.target is not Response.PD:
        return gettext("A new unequivocal lesion means progression, whatever the target sum.")
    return gettext("Target response is %(target)s, non-target response %(other)s.") % {
        "target": point.target.value,
        "other": point.non_target.value,
    }


@edit_check(ResponseAssessment, "rsinv", "rsovrl", hard=True)
def a_different_response_has_its_reason(record, casebook):
    """Until the reason is given the investigator's response stays in the draft."""
    if record.rsinv == record.rsovrl or record.rsinvrs:
        return None
    labels = dict(RESPONSES)
    return Finding(
        gettext(
            "Investigator %(given)s differs from calculated %(derived)s at %(visit)s. %(why)s Change the response,"
            " or give the reason for keeping %(given)s."
        )
        % {
            "given": labels[record.rsinv],
            "derived": labels[record.rsovrl],
            "visit": record.visit_code.upper(),
            "why": why_derived(record, casebook),
        }
    )


@edit_check(ResponseAssessment, "rsdtc")
def assessed_on_the_latest_scan(record, casebook):
    if casebook is None:
        return None
    scanned = scan_date(casebook, (record.visit_code, record.seq))
    if scanned and scanned != record.rsdtc:
        return Finding(
            gettext("Assessment date is %(date)s; the latest scan of this visit is %(scan)s. Which is correct?")
            % {"date": text(record.rsdtc), "scan": text(scanned)}
        )
    return None


@edit_check(ResponseAssessment, "rsinv", "rsdtc")
def response_may_be_confirmed(record, casebook):
    """A scan that repeats a response too early to confirm it: the earliest date that counts."""
    if record.rsinv not in ("CR", "PR") or casebook is None:
        return None
    least = ResponseRules().confirmation_min_days
    earlier = [
        one.rsdtc for one in casebook["rs"] if one.rsinv in ("CR", "PR") and one.rsdtc and one.rsdtc < record.rsdtc
    ]
    if not earlier or (record.rsdtc - min(earlier)).days >= least:
        return None
    return Finding(
        gettext(
            "The response of %(first)s is repeated after %(days)d days; a scan confirms it from %(from)s on."
            " Plan a confirming scan?"
        )
        % {
            "first": text(min(earlier)),
            "days": (record.rsdtc - min(earlier)).days,
            "from": text(min(earlier) + timedelta(days=least)),
        }
    )


@edit_check(ResponseAssessment, "rsclin", "rsinv")
def deterioration_is_not_progression(record, casebook):
    if record.rsclin == "Y" and record.rsinv == "PD":
        return Finding(
            gettext("Clinical deterioration without imaging PD is Yes and the response is PD. Which is correct?")
        )
    return None


def responses(casebook):
    """The investigator's and the derived response of every scan, by date: what endpoints start from.

    Returns:
        ((investigator, derived), ...): each a tuple of `DatedResponse`, oldest first, unanswered ones left out.
    """
    by_code = {code: response for response, code in RESPONSE_CODES.items()}
    dated = sorted((one for one in casebook["rs"] if one.rsdtc), key=lambda one: one.rsdtc)
    return tuple(
        tuple(DatedResponse(one.rsdtc, by_code[one[name]]) for one in dated if one[name])
        for name in ("rsinv", "rsovrl")
    )
