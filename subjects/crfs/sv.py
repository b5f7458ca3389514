"""Visit record: opens every visit and says which logs were reviewed there."""

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from trial_edc.crf.anchors import anchors_of, consent_on, from_earlier_visits
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, yes_no
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol
from trial_edc.protocol.windows import window

OCCURRED = [("Y", _("Yes")), ("N", _("No - missed")), ("TEL", _("Telephone"))]


def visit_code(record, casebook):
    return record.visit_code or None


def visit_name(code):
    """A visit as people call it: "Day 7", "Unscheduled 1"."""
    study = protocol()
    name = gettext(study.visit(code).name)
    return name if study.plan_code(code) == code else f"{name} {code.removeprefix(study.unscheduled)}"


def is_unscheduled(record, casebook):
    study = protocol()
    return "Y" if study.plan_code(record.visit_code) == study.unscheduled else "N"


class VisitRecord(CrfModel):
    """The date of a visit and the answers that tell "none" from "not asked"."""

    class Crf:
        code, title, layout = "sv", _("Visit record"), "fields"
        reads = ("aph", "ds", "icf", "inf", "ld", "sv")
        reads_own = staticmethod(from_earlier_visits)
        sections = [
            (_("Visit"), ["svvisit", "svuns", "svstdtc", "svocc", "svreas"]),
            (_("Logs reviewed"), ["svaeyn", "svcmyn", "svmhyn", "svsbyn"]),
        ]

    svvisit = item(models.CharField(_("Visit"), max_length=10), derive=visit_code, words=visit_name)
    svstdtc = item(models.DateField(_("Visit date")), sdv=True)
    svocc = item(code(_("Occurred"), OCCURRED))
    svreas = item(models.CharField(_("Reason missed"), max_length=200), shown_when=answered("svocc", "N"))
    svuns = item(yes_no(_("Unscheduled")), derive=is_unscheduled)
    svaeyn = item(yes_no(_("Any new or changed adverse event since last visit")), log="ae", sdv=True)
    svcmyn = item(yes_no(_("Any new or changed medication since last visit")), log="cm")
    svmhyn = item(yes_no(_("Any relevant medical history")), log="mh")
    svsbyn = item(yes_no(_("Any new anticancer therapy since last contact")), log="subs")


@edit_check(VisitRecord, "svstdtc")
def visit_is_in_its_window(record, casebook):
    visit = protocol().visit(record.visit_code)
    span = window(visit, anchors_of(casebook)) if casebook else None
    days = span.days_off(record.svstdtc) if span else 0
    if not span or not days:
        return None
    words = {
        "visit": gettext(visit.name),
        "first": text(span.first),
        "last": text(span.last),
        "date": text(record.svstdtc),
        "n": abs(days),
    }
    if days > 0:
        sentence = ngettext(
            "%(visit)s was due %(first)s to %(last)s. %(date)s is %(n)d day late. Record a deviation?",
            "%(visit)s was due %(first)s to %(last)s. %(date)s is %(n)d days late. Record a deviation?",
            days,
        )
    else:
        sentence = ngettext(
            "%(visit)s was due %(first)s to %(last)s. %(date)s is %(n)d day early. Record a deviation?",
            "%(visit)s was due %(first)s to %(last)s. %(date)s is %(n)d days early. Record a deviation?",
            -days,
        )
    return Finding(sentence % words)


@edit_check(VisitRecord, "svstdtc")
def visit_after_consent(record, casebook):
    consent = consent_on(casebook)
    if consent and record.svstdtc < consent:
        return Finding(
            gettext("Visit date %(date)s is before the consent of %(consent)s. Which is correct?")
            % {"date": text(record.svstdtc), "consent": text(consent)}
        )
    return None


@edit_check(VisitRecord, "svstdtc")
def visits_are_in_order(record, casebook):
    """An earlier visit of the schedule does not lie on a later day."""
    if casebook is None or is_unscheduled(record, casebook) == "Y":
        return None
    study = protocol()
    place = study.visit_order(record.visit_code)
    for other in casebook["sv"]:
        if is_unscheduled(other, casebook) == "Y" or study.visit_order(other.visit_code) >= place:
            continue
        if other.svstdtc and other.svstdtc > record.svstdtc:
            return Finding(
                gettext("Visit date %(date)s is before %(visit)s of %(other)s, which comes first. Which is correct?")
                % {
                    "date": text(record.svstdtc),
                    "visit": gettext(study.visit(other.visit_code).name),
                    "other": text(other.svstdtc),
                }
            )
    return None
