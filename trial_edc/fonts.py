"""Inter for the pages, cut to its Latin part from the Debian package: no binary lies in the repository.

A finder of static files: where the package `fonts-inter` is installed it serves three woff2 files and the
style sheet that names them, else an empty style sheet, and pages use the system's fonts.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/inter")
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold"}
FEATURES = ("kern", "tnum", "ccmp", "mark", "cv05", "ss03")
# Latin-1, dashes and quotes, sub- and superscripts, arrows, signs of comparison, Greek letters of analytes.
LETTERS = (
    "U+20-7E,U+A0-FF,U+2010-2015,U+2018-201D,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2070-208E,"
    "U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264-2265,U+3B1-3B4,U+3BC"
)
STYLE_SHEET = "css/fonts.css"
_one_at_a_time = threading.Lock()


class InterFinder(BaseFinder):
    """Finds `css/fonts.css` and `fonts/inter-<weight>.woff2`, made once and kept under EDC_DATA_DIR."""

    def __init__(self, app_names: object = None, *args: object, **kwargs: object) -> None:
        self.folder = settings.EDC_DATA_DIR / "static"
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: object) -> list[object]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> str | list[str]:
        if path not in (STYLE_SHEET, *_names()):
            return []
        make(self.folder)
        found = str(self.folder / path)
        return [found] if find_all else found

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        make(self.folder)
        storage = FileSystemStorage(location=self.folder)
        for name in (*_names(), STYLE_SHEET):
            if storage.exists(name):
                yield name, storage


def make(folder: Path) -> None:
    """Write what is missing in `folder`: the cut fonts (seconds, once) and the style sheet naming them."""
    names = _names()
    with _one_at_a_time:
        for weight, name in zip(WEIGHTS, names, strict=False):
            if not (folder / name).exists():
                _cut(SOURCE / f"Inter-{WEIGHTS[weight]}.otf", folder / name)
    sheet = folder / STYLE_SHEET
    text = "\n".join(_face(weight, name) for weight, name in zip(WEIGHTS, names, strict=False)) + "\n"
    if not sheet.exists() or sheet.read_text() != text:
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text(text)


def _names() -> tuple[str, ...]:
    if not all((SOURCE / f"Inter-{style}.otf").exists() for style in WEIGHTS.values()):
        return ()
    return tuple(f"fonts/inter-{weight}.woff2" for weight in WEIGHTS)


def _face(weight: int, name: str) -> str:
    return (
        f'@font-face {{ font-family: "Inter"; font-weight: {weight}; font-display: swap; '
        f'src: url("../{name}") format("woff2"); unicode-range: {LETTERS}; }}'
    )


def _cut(source: Path, target: Path) -> None:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = list(FEATURES)
    options.hinting = False
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=subset.parse_unicodes(LETTERS))
    cutter.subset(font)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    half_written = target.with_suffix(".part")
    font.save(half_written)
    half_written.replace(target)
