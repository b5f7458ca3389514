"""Where a subject of the study stands today."""

from __future__ import annotations

from datetime import date

from trial_edc.protocol.u87.settings import SETTINGS
from trial_edc.protocol.windows import Anchors
from trial_edc.protocol.words import _

ENDS = ("death", "withdrawal", "screen failure", "manufacturing failure", "lost to follow-up")
EFFICACY_UNTIL_DAY = 744


def phase(anchors: Anchors, today: date) -> str:
    """In words, English; translated where it is shown."""
    if any(off.cause in ENDS for off in anchors.tracks_off):
        return _("Off study")
    if anchors.infusion is not None and today >= anchors.infusion:
        day = (today - anchors.infusion).days
        if day <= SETTINGS.dlt_window_days:
            return _("Safety period")
        return _("Efficacy follow-up") if day <= EFFICACY_UNTIL_DAY else _("Long-term follow-up")
    if anchors.ld1 is not None and today >= anchors.ld1:
        return _("Lymphodepletion")
    if anchors.leukapheresis is not None and today >= anchors.leukapheresis:
        return _("Manufacturing")
    return _("Screening") if anchors.consent is not None else _("Registered")
