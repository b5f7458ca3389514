"""Where a subject of the study stands today."""

from __future__ import annotations

from datetime import date

from trial_edc.protocol.windows import Anchors
from trial_edc.protocol.words import _


def phase(anchors: Anchors, today: date) -> str:
    """In words, English; translated where it is shown."""
    if any(off.on is None or off.on <= today for off in anchors.tracks_off):
        return _("Off study")
    if anchors.infusion is not None and today >= anchors.infusion:
        return _("Treatment")
    return _("Screening")
