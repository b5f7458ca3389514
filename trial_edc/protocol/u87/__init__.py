"""Study U87: autologous U87 CAR-T cells in advanced head and neck tumours, single arm, open label."""

from __future__ import annotations

from trial_edc.protocol.model import Protocol
from trial_edc.protocol.u87.criteria import CRITERIA
from trial_edc.protocol.u87.pages import (
    AFTER_SAVE,
    BANNER,
    FORM_GROUPS,
    FORM_PANELS,
    LANES,
    LATEST,
    STEPS,
    TO_DO,
    VISIT_FOLDS,
)
from trial_edc.protocol.u87.panels import ANALYTES, PANELS
from trial_edc.protocol.u87.plan import (
    ANCHORS,
    DATE_FORMS,
    DOSE_LEVELS,
    SDV,
    SIGNATURE_MEANINGS,
    SIGNATURES,
    STOPPING_RULES,
    TRACK_EVENTS,
    TRACKS_OFF,
    WORKLIST,
)
from trial_edc.protocol.u87.schedule import CELLS, LOG_FORMS
from trial_edc.protocol.u87.settings import SETTINGS
from trial_edc.protocol.u87.visits import VISITS

PROTOCOL = Protocol(
    code="u87",
    title="U87-01",
    versions=("1.0",),
    visits=VISITS,
    cells=CELLS,
    log_forms=LOG_FORMS,
    analytes=ANALYTES,
    panels=PANELS,
    dose_levels=DOSE_LEVELS,
    criteria=CRITERIA,
    anchors=ANCHORS,
    tracks_off=TRACKS_OFF,
    track_events=TRACK_EVENTS,
    signature_meanings=SIGNATURE_MEANINGS,
    signatures=SIGNATURES,
    worklist=WORKLIST,
    sdv=SDV,
    settings=SETTINGS,
    date_forms=DATE_FORMS,
    phase="trial_edc.protocol.u87.phases.phase",
    form_groups=FORM_GROUPS,
    visit_folds=VISIT_FOLDS,
    banner=BANNER,
    latest=LATEST,
    lanes=LANES,
    after_save=AFTER_SAVE,
    to_do=TO_DO,
    steps=STEPS,
    alerts=("adverse_events.safety.work.alerts",),
    form_panels=FORM_PANELS,
    stopping_rules=STOPPING_RULES,
    measured_term="assessments.lab_rows.graded_term",
    flagged_entry="ae",
)
