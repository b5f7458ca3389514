"""What the page of a subject shows of the study: groups of forms, folded visits, facts, values and lanes."""

from __future__ import annotations

from trial_edc.protocol.model import FormGroup, ShownItem, VisitFold
from trial_edc.protocol.words import _

# In the order of the rows. A form that stands in no group comes last, under the protocol's other forms.
FORM_GROUPS = (
    FormGroup(_("Clinical"), ("sv", "dm", "hnc", "vs", "pe", "ecog", "crs", "icn", "ecg", "hlh")),
    FormGroup(_("Laboratory"), ("lbh", "lbc", "lbi", "cyt", "pk")),
    FormGroup(_("Tumour"), ("tu", "tr", "nt", "rs", "bio")),
    FormGroup(
        _("Product and treatment"),
        ("ihc", "ie", "dla", "aph", "brg", "mfg", "rel", "coi", "ld", "inf"),
    ),
    FormGroup(_("Follow-up"), ("dlt", "ht", "surv", "ltfu", "ds")),
)
VISIT_FOLDS = (
    VisitFold("m9-m24", "M9–24", ("m9", "m12", "m15", "m18", "m21", "m24")),
    VisitFold("y3-y15", "Y3–15", tuple(f"y{year}" for year in range(3, 16))),
)

BANNER = (
    ShownItem(_("Sex"), (("dm", "sex"),)),
    ShownItem(_("Age"), (("dm", "age"),)),
    ShownItem(_("Dose level"), (("dla", "dllevel"), ("inf", "infdl"))),
    ShownItem(_("Target IHC"), (("ihc", "ihcpct"),)),
    ShownItem(_("Infused"), (("inf", "infdtc"),)),
    ShownItem(_("Lot"), (("mfg", "mfgbatch"),)),
)
LATEST = (
    ShownItem(_("CRS grade"), (("crs", "crsgri"), ("crs", "crsgrd")), peak=True),
    ShownItem(_("ICANS grade"), (("icn", "icngri"), ("icn", "icngrd")), peak=True),
    ShownItem(_("Temperature"), (("vs", "temp"),)),
    ShownItem(_("Neutrophils"), (("lbh", "anc"),)),
    ShownItem(_("Platelets"), (("lbh", "plt"),)),
)
# Told of every change of a form, inside its transaction.
AFTER_SAVE = (
    "subjects.actions.follow.after_save",
    "subjects.product.telling.after_save",
    "adverse_events.safety.telling.after_save",
)
# What the trial adds to the open work of a subject.
TO_DO = ("subjects.participation.to_do",)
# Steps on the way through the study: code, title, and the form that says a subject came that far.
STEPS = (
    ("registered", _("Registered"), ""),
    ("screened", _("Screened"), "ie"),
    ("leukapheresis", _("Leukapheresis"), "aph"),
    ("infused", _("Infused"), "inf"),
    ("off", _("Off study"), "ds"),
)
# Functions of the trial by dotted path: they give the lanes of the journey from the casebook.
LANES = (
    "adverse_events.lanes.crs_by_day",
    "adverse_events.lanes.icans_by_day",
    "adverse_events.lanes.adverse_events",
)
FORM_PANELS = (
    ("ae", "adverse_events.safety.panels.event_panel"),
    ("sae", "adverse_events.safety.panels.report_panel"),
    ("spa", "adverse_events.safety.panels.assessment_panel"),
)
