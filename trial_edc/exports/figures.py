"""Figures as SVG and PNG, drawn from the numbers of a document: the same numbers give the same bytes.

Drawn without pyplot, which keeps state between figures. Text stays text, so that it can be read and searched.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.utils.module_loading import import_string

from .tables import Figure

SALT = "trial-edc"  # ids inside the SVG follow from it, not from chance
NO_DATES = {"Date": None, "Creator": None}
PNG_DPI = 200


def svg(figure: Figure, *, footer: str) -> str:
    """The figure as one SVG element with its title, `footer` (cut, population, source) printed inside."""
    drawn = _drawn(figure, footer)
    written = BytesIO()
    drawn.savefig(written, format="svg", metadata={**NO_DATES, "Title": figure.title, "Description": figure.alt})
    return written.getvalue().decode()


def png(figure: Figure, *, footer: str) -> bytes:
    """The figure as PNG at 200 dots per inch."""
    written = BytesIO()
    _drawn(figure, footer).savefig(written, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return written.getvalue()


def _drawn(figure: Figure, footer: str) -> Any:
    import matplotlib  # half a second that only those pay who draw

    matplotlib.rcParams.update(
        {"svg.hashsalt": SALT, "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}
    )
    draw: Callable[..., Any] = import_string(figure.draw)
    drawn = draw(figure.data)
    drawn.suptitle(figure.title, fontsize=11, fontweight="bold", x=0.01, ha="left")
    drawn.text(0.01, 0.005, footer, fontsize=7, color="#555555", ha="left", va="bottom")
    return drawn
