"""Tumour tissue screening: the immunohistochemistry that decides whether the target is there."""

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.eligibility.verdicts import tissue_notes
from subjects.formulas import NEGATIVE, NOT_EVALUABLE, POSITIVE, h_score, tissue_verdict
from subjects.uniqueness import is_taken
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.item import code, item
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

SOURCES = [("ARCHIVAL", _("Archival FFPE")), ("FRESH", _("Fresh biopsy")), ("RESECTION", _("Resection"))]
INTENSITIES = [("0", "0"), ("1", "1+"), ("2", "2+"), ("3", "3+")]
RESULTS = [(POSITIVE, _("Positive")), (NEGATIVE, _("Negative")), (NOT_EVALUABLE, _("Not evaluable"))]
SHARES = ("ihcp1", "ihcp2", "ihcp3")


def shares(record):
    """Percent of tumour cells stained 1+, 2+ and 3+; None while one is open."""
    found = [record[name] for name in SHARES]
    return None if None in found else found


def stained(record, casebook):
    """Percent of tumour cells with any staining."""
    found = shares(record)
    return None if found is None else sum(found)


def score(record, casebook):
    """H-score 0-300."""
    found = shares(record)
    return None if found is None else h_score(*found)


def percent(label):
    return models.DecimalField(label, max_digits=5, decimal_places=1)


class TissueScreening(CrfModel):
    """One specimen and its staining. A further specimen is a further form."""

    class Meta(CrfModel.Meta):
        constraints = [models.UniqueConstraint(Upper("ihcspid"), name="one_form_per_specimen")]

    class Crf:
        code, title, layout = "ihc", _("Tumour tissue IHC screening"), "fields"
        short = _("Tissue IHC")
        reads = ("ihc",)
        sections = [
            (_("Specimen"), ["ihcspid", "ihcsrc", "ihcsite", "ihccoldt"]),
            (_("Assay"), ["ihctstdt", "ihclab", "ihctgt", "ihcab", "ihcpath"]),
            (_("Staining"), ["ihctumc", "ihcp1", "ihcp2", "ihcp3", "ihcpct", "ihcint", "ihchsc", "ihcpdl1"]),
            (_("Verdict"), ["ihcres"]),
        ]
        notes = staticmethod(tissue_notes)

    ihcspid = item(
        models.CharField(_("Specimen identifier"), max_length=40),
        help=_("A code made for the study, no accession number of the hospital."),
    )
    ihcsrc = item(code(_("Tissue source"), SOURCES))
    ihcsite = item(models.CharField(_("Anatomic site of sample"), max_length=100))
    ihccoldt = item(models.DateField(_("Collection date")))
    ihctstdt = item(models.DateField(_("Assay date")))
    ihclab = item(models.CharField(_("Testing laboratory"), max_length=100))
    ihctgt = item(models.CharField(_("Target antigen"), max_length=100))
    ihcab = item(models.CharField(_("Antibody clone and assay version"), max_length=100))
    ihctumc = item(percent(_("Tumour cell content")), unit="%", limits=(0, 100), optional=True)
    ihcp1 = item(percent(_("Tumour cells stained 1+")), unit="%", limits=(0, 100))
    ihcp2 = item(percent(_("Tumour cells stained 2+")), unit="%", limits=(0, 100), sdv=True)
    ihcp3 = item(percent(_("Tumour cells stained 3+")), unit="%", limits=(0, 100), sdv=True)
    ihcpct = item(percent(_("Target-positive tumour cells")), unit="%", derive=stained)
    ihcint = item(code(_("Predominant staining intensity"), INTENSITIES), optional=True)
    ihchsc = item(percent(_("H-score")), derive=score, help=_("Shown; it does not decide eligibility."))
    ihcpdl1 = item(percent(_("PD-L1 CPS")), limits=(0, 100), qualifiers=True, optional=True)
    ihcres = item(code(_("Meets protocol IHC threshold"), RESULTS), sdv=True)
    ihcpath = item(models.CharField(_("Pathologist"), max_length=100))


@edit_check(TissueScreening, "ihcspid", hard=True)
def specimen_stands_once(record, casebook):
    if is_taken(TissueScreening, "ihcspid", record, casebook):
        return Finding(
            gettext("Specimen %(specimen)s stands in another form already. Each specimen has one form and one subject.")
            % {"specimen": record.ihcspid}
        )
    return None


@edit_check(TissueScreening, "ihcp1", "ihcp2", "ihcp3", hard=True)
def shares_are_at_most_all(record, casebook):
    total = sum(shares(record))
    if total > 100:
        return [
            Finding(
                gettext(
                    "Cells stained 1+, 2+ and 3+ are %(total)s %% together; at most 100 %% can be. Correct a share."
                )
                % {"total": f"{total.normalize():f}"},
                name,
            )
            for name in SHARES
        ]
    return None


@edit_check(TissueScreening, "ihcres")
def verdict_follows_the_rule(record, casebook):
    """The rule proposes; the site confirms, and a different verdict is asked about."""
    rule = protocol().settings.tissue
    proposed = tissue_verdict(record.ihcp2, record.ihcp3, rule)
    if record.ihcres == proposed:
        return None
    labels = dict(RESULTS)
    if proposed == NOT_EVALUABLE:
        return Finding(
            gettext("The verdict is %(given)s, but a share of cells stained 2+ or 3+ is missing. Which is correct?")
            % {"given": labels[record.ihcres]}
        )
    return Finding(
        gettext(
            "The verdict is %(given)s; 2+ and 3+ together are %(share)s %%, and from %(least)s %% on the tissue is"
            " positive. Which is correct?"
        )
        % {
            "given": labels[record.ihcres],
            "share": f"{(record.ihcp2 + record.ihcp3).normalize():f}",
            "least": f"{rule.positive_percent:f}",
        }
    )


@edit_check(TissueScreening, "ihctstdt", "ihccoldt")
def assayed_after_collection(record, casebook):
    if record.ihctstdt < record.ihccoldt:
        return Finding(
            gettext("Assay date %(assay)s is before the collection of %(collected)s. Which is correct?")
            % {"assay": text(record.ihctstdt), "collected": text(record.ihccoldt)}
        )
    return None


@edit_check(TissueScreening, "ihccoldt", "ihctstdt", "ihcsrc")
def archival_tissue_is_recent(record, casebook):
    most = protocol().settings.tissue.archival_months
    first, last = record.ihccoldt, record.ihctstdt
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    is_over = months > most or (months == most and last.day != first.day)
    if record.ihcsrc == "ARCHIVAL" and is_over:
        return Finding(
            gettext(
                "Archival tissue of %(date)s is over %(most)d months old on the assay date; a fresh biopsy is needed."
            )
            % {"date": text(first), "most": most}
        )
    return None


@edit_check(TissueScreening, "ihctgt")
def target_is_the_protocols(record, casebook):
    antigen = protocol().settings.tissue.antigen
    if record.ihctgt.strip().casefold() != antigen.casefold():
        return Finding(
            gettext("Target antigen is %(given)s; the protocol names %(antigen)s. Which is correct?")
            % {"given": record.ihctgt, "antigen": antigen}
        )
    return None
