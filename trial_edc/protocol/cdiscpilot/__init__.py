"""A reference study for loaded data: xanomeline patches in three arms, with tumour assessments added to it.

Its subjects come from SDTM files (`manage.py load_sdtm`), so it registers none and has no gates. Day 0 is the day
of first exposure; severity is kept as collected where there is no CTCAE grade.
"""

from __future__ import annotations

from trial_edc.protocol.cdiscpilot.pages import BANNER, FORM_GROUPS, LANES, LATEST, STEPS
from trial_edc.protocol.cdiscpilot.panels import ANALYTES, PANELS
from trial_edc.protocol.cdiscpilot.plan import (
    ALWAYS_ASKED,
    ANCHORS,
    ARMS,
    DATE_FORMS,
    NOT_ASKED,
    ROLES,
    RULES_OFF,
    SDV,
    TRACK_EVENTS,
    TRACKS_OFF,
    WORKLIST,
)
from trial_edc.protocol.cdiscpilot.schedule import CELLS, FORMS, LOG_FORMS
from trial_edc.protocol.cdiscpilot.settings import SETTINGS
from trial_edc.protocol.cdiscpilot.visits import VISITS
from trial_edc.protocol.model import Protocol

PROTOCOL = Protocol(
    code="cdiscpilot",
    title="CDISC pilot",
    versions=("1.0",),
    visits=VISITS,
    cells=CELLS,
    log_forms=LOG_FORMS,
    analytes=ANALYTES,
    panels=PANELS,
    dose_levels=ARMS,
    criteria=(),
    anchors=ANCHORS,
    tracks_off=TRACKS_OFF,
    track_events=TRACK_EVENTS,
    signature_meanings={},
    signatures=(),
    worklist=WORKLIST,
    sdv=SDV,
    settings=SETTINGS,
    date_forms=DATE_FORMS,
    phase="trial_edc.protocol.cdiscpilot.phases.phase",
    form_groups=FORM_GROUPS,
    banner=BANNER,
    latest=LATEST,
    lanes=LANES,
    steps=STEPS,
    forms=FORMS,
    not_asked=NOT_ASKED,
    rules_off=RULES_OFF,
    always_asked=ALWAYS_ASKED,
    roles=ROLES,
    registers=False,
    laboratories=(("SOURCE", "Source file"),),
    imports="trial_edc.protocol.cdiscpilot.sdtm.IMPORT",
)
