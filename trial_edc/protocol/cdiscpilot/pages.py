"""What the page of a subject shows of the study: groups of forms, facts, values and lanes."""

from __future__ import annotations

from trial_edc.protocol.model import FormGroup, ShownItem
from trial_edc.protocol.words import _

FORM_GROUPS = (
    FormGroup(_("Clinical"), ("sv", "dm", "vs")),
    FormGroup(_("Laboratory"), ("lbh", "lbc", "lbi", "pk")),
    FormGroup(_("Tumour"), ("tu", "tr", "nt", "rs")),
    FormGroup(_("Follow-up"), ("ds",)),
)
BANNER = (
    ShownItem(_("Sex"), (("dm", "sex"),)),
    ShownItem(_("Age"), (("dm", "age"),)),
    ShownItem(_("Arm"), (("dm", "arm"),)),
    ShownItem(_("Actual arm"), (("dm", "actarm"),)),
    ShownItem(_("Latest dose from"), (("ex", "exstdtc"),)),
)
LATEST = (
    ShownItem(_("Weight"), (("vs", "weight"),)),
    ShownItem(_("Haemoglobin"), (("lbh", "hgb"),)),
    ShownItem(_("Creatinine"), (("lbc", "creat"),)),
)
STEPS = (("registered", _("Registered"), ""), ("treated", _("Treated"), "ex"), ("died", _("Died"), "dd"))
LANES = ("adverse_events.lanes.adverse_events",)
