"""Product release: the certificate of analysis against its limits. Written and signed by manufacturing."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from subjects.crfs.dla import assigned_level
from trial_edc.crf.anchors import infusion_at, site_zone
from trial_edc.crf.checks import Finding, edit_check
from trial_edc.crf.conditions import answered
from trial_edc.crf.item import code, item, multi
from trial_edc.crf.models import CrfModel
from trial_edc.crf.partial import text
from trial_edc.crf.spec import protocol

TESTED = [("NEG", _("Negative")), ("POS", _("Positive")), ("PENDING", _("Pending"))]
GROWTH = [("NONE", _("No growth")), ("GROWTH", _("Growth")), ("PENDING", _("Pending (in process)"))]
IDENTITY = [("PASS", _("Pass")), ("FAIL", _("Fail"))]
STATUSES = [
    ("RELEASED", _("Released")),
    ("OOS", _("Released out of specification")),
    ("REJECTED", _("Rejected")),
    ("CONDITIONAL", _("Conditional")),
]
APPROVALS = [
    ("MONITOR", _("Sponsor medical monitor")),
    ("INVESTIGATOR", _("Investigator benefit-risk")),
    ("ETHICS", _("Ethics committee / authority informed")),
    ("SUBJECT", _("Subject informed")),
]
OUT = answered("relstat", "OOS")


def number(label, digits=7, places=2):
    return models.DecimalField(label, max_digits=digits, decimal_places=places)


class Release(CrfModel):
    """Tests of one bag of the product, and the decision on it. Several bags are several forms."""

    class Crf:
        code, title, layout, writer = "rel", _("Product release (certificate of analysis)"), "fields", "MFR"
        short = _("Release")
        reads = ("dla", "mfg", "rel")
        sections = [
            (_("Certificate"), ["relcoa", "reldt"]),
            (_("Cells"), ["relvia", "reltvc", "relcar", "reldose", "relcd3", "relcd48", "relphen"]),
            (_("Vector"), ["relvcn", "relrcl"]),
            (_("Safety"), ["relster", "relmyco", "relendo", "relbead"]),
            (_("Identity and potency"), ["relid", "relpot"]),
            (_("Decision"), ["relstat", "reloos", "reloosap", "relqp"]),
        ]
        signed_as = ("relqp", _("Released by"))

    reldt = item(models.DateField(_("Release date")))
    relcoa = item(models.CharField(_("Certificate of analysis number"), max_length=40))
    relvia = item(number(_("Viability"), 4, 1), unit="%", limits=(0, 100))
    reltvc = item(number(_("Total viable cells"), 9), unit="10^6", limits=(0, 1_000_000))
    relcar = item(number(_("CAR+ of viable T cells (transduction)"), 4, 1), unit="%", limits=(0, 100))
    reldose = item(number(_("CAR+ viable T cells per bag"), 9), unit="10^6", limits=(0, 100_000))
    relcd3 = item(number(_("CD3+ purity"), 4, 1), unit="%", limits=(0, 100))
    relcd48 = item(number(_("CD4:CD8 ratio")), range=("0.05", 20), limits=(0, 1_000), optional=True)
    relvcn = item(number(_("Vector copy number per transduced cell")), unit="copies/cell", limits=(0, 100))
    relrcl = item(code(_("Replication-competent lentivirus/retrovirus"), TESTED))
    relster = item(code(_("Sterility"), GROWTH))
    relmyco = item(code(_("Mycoplasma"), TESTED))
    relendo = item(number(_("Endotoxin")), unit="EU/mL", limits=(0, 1_000), qualifiers=True)
    relid = item(code(_("Identity test"), IDENTITY))
    relpot = item(number(_("Potency (e.g. IFN-gamma release)"), 9), unit="per assay", limits=(0, 1_000_000))
    relbead = item(models.CharField(_("Residual beads / impurities"), max_length=200), optional=True)
    relphen = item(models.CharField(_("Memory phenotype (Tn/Tcm/Tem)"), max_length=200), optional=True)
    relstat = item(code(_("Release status"), STATUSES), sdv=True)
    reloos = item(models.CharField(_("Out-of-specification test, limit and result"), max_length=400), shown_when=OUT)
    reloosap = item(multi(_("Approvals on record for an out-of-specification product"), APPROVALS), shown_when=OUT)


@dataclass(frozen=True)
class Miss:
    """A test outside its limit: the item, its label, its value and the limit, in words."""

    item: str
    label: str
    value: str
    limit: str


def misses(record, casebook=None):
    """Tests of a certificate outside the limits of release, in the order of the limits; untested ones are not."""
    limits = protocol().settings.release
    floors = (("relvia", limits.viability_min_percent), ("relcar", limits.car_positive_min_percent))
    floors = (*floors, ("relcd3", limits.cd3_min_percent), ("relpot", limits.potency_min))
    ceilings = (("relvcn", limits.vcn_below), ("relendo", limits.endotoxin_below_eu_ml))
    found = [(name, f"{record[name]:f}", f"≥ {least:f}") for name, least in floors if _is(record[name], below=least)]
    found += [
        (name, f"{record[name]:f}", f"< {bound:f}") for name, bound in ceilings if _is(record[name], reaches=bound)
    ]
    for name, bad, choices in (
        ("relrcl", ("POS",), TESTED),
        ("relster", ("GROWTH",), GROWTH),
        ("relmyco", ("POS", "PENDING"), TESTED),
        ("relid", ("FAIL",), IDENTITY),
    ):
        if record[name] in bad:
            found.append((name, str(dict(choices)[record[name]]), str(choices[0][1])))
    labels = {field.name: str(field.verbose_name) for field in Release._meta.get_fields() if hasattr(field, "crf")}
    return [Miss(name, labels[name], value, limit) for name, value, limit in found]


def _is(value, *, below=None, reaches=None):
    if value is None:
        return False
    return value < below if below is not None else value >= reaches


def approvals_lacking(record):
    """Approvals the protocol asks for before an out-of-specification product is infused, that are not on record."""
    wanted = protocol().settings.release.infusion_approvals
    return [code for code in wanted if code not in (record.reloosap or ())]


def _test_in_limit(name):
    """The check of one test: its value and the limit it misses."""

    def ask(record, casebook):
        for miss in misses(record):
            if miss.item == name:
                return Finding(
                    gettext("%(label)s is %(value)s; the limit of release is %(limit)s. Which is correct?")
                    % {"label": miss.label, "value": miss.value, "limit": miss.limit}
                )
        return None

    ask.__name__ = f"{name}_is_in_limit"
    return ask


for _name in ("relvia", "relcar", "relcd3", "relvcn", "relrcl", "relmyco", "relendo", "relid", "relpot"):
    edit_check(Release, _name)(_test_in_limit(_name))


@edit_check(Release, "relster")
def product_is_sterile(record, casebook):
    """Growth found after the infusion is another matter than before it: the subject has the product."""
    given = infusion_at(casebook)
    if record.relster == "GROWTH" and given is not None:
        return Finding(
            gettext("Sterility is Growth, reported after the infusion of %(date)s. What was found, who was told?")
            % {"date": text(given, site_zone(casebook))}
        )
    return _test_in_limit("relster")(record, casebook)


@edit_check(Release, "reldose")
def dose_suffices(record, casebook):
    """The bags of the batch together hold enough of the assigned dose."""
    level, percent = assigned_level(casebook), protocol().settings.release.dose_min_percent
    if not level:
        return None
    planned = protocol().dose_level(level).dose
    others = [one for one in casebook["rel"] if (one.visit_code, one.seq) != (record.visit_code, record.seq)]
    total = record.reldose + sum(one.reldose for one in others if one.reldose is not None)
    if total * 100 < percent * planned:
        return Finding(
            gettext(
                "The bags hold %(total)s ×10⁶ CAR+ cells; %(percent)s %% of %(level)s are %(least)s. Which is correct?"
            )
            % {
                "total": f"{total.normalize():f}",
                "percent": f"{percent:f}",
                "level": level,
                "least": f"{(planned * percent / 100).normalize():f}",
            }
        )
    return None


@edit_check(Release, "relstat")
def status_fits_the_tests(record, casebook):
    """Released means every test in its limit; out of specification names a test that is not."""
    missed = misses(record)
    if record.relstat == "RELEASED" and missed:
        return Finding(
            gettext("Release status is Released, but out of their limits are: %(tests)s. Which is correct?")
            % {"tests": ", ".join(miss.label for miss in missed)}
        )
    if record.relstat == "OOS" and not missed:
        return Finding(gettext("Released out of specification, but every test is in its limit. Which is correct?"))
    return None


@edit_check(Release, "relstat")
def out_of_specification_is_approved(record, casebook):
    if record.relstat != "OOS":
        return None
    lacking = [str(dict(APPROVALS)[code]) for code in approvals_lacking(record)]
    if lacking:
        return Finding(
            gettext("An out-of-specification product needs more approvals before infusion: %(lacking)s.")
            % {"lacking": ", ".join(lacking)},
            "reloosap",
        )
    return None


@edit_check(Release, "reldt")
def released_after_harvest(record, casebook):
    harvests = [one["mfgendt"] for one in casebook["mfg"] if one["mfgendt"]] if casebook else []
    if harvests and record.reldt < min(harvests):
        return Finding(
            gettext("Release date %(date)s is before the harvest of %(harvest)s. Which is correct?")
            % {"date": text(record.reldt), "harvest": text(min(harvests))}
        )
    return None
