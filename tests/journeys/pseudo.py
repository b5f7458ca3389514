"""A catalogue of a language nobody speaks: every sentence accented, bracketed and 35 % longer.

Pages shown in it have text outside gettext where letters are plain, and break where they cannot stretch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import polib
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import trans_real

CODE, LOCALE = "en-xa", "en_XA"
ACCENTED = str.maketrans("aceginosuyzACEGINOSUYZ", "áçéĝíñóšúýžÁÇÉĜÍÑÓŠÚÝŽ")
# What must come through unchanged: placeholders of Python and of the scripts, markup, entities.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^>]+>|&\w+;)")


def pseudo(text: str) -> str:
    """The sentence in the language: "Save" -> "[Šávé éé]"."""
    pieces = KEPT.split(text)
    accented = "".join(piece if n % 2 else piece.translate(ACCENTED) for n, piece in enumerate(pieces))
    letters = len(re.sub(KEPT, "", text).strip())
    filler = "é" * max(1, round(letters * 0.35) - 2) if letters else ""
    start = re.match(r"\s*", accented).group()  # msgfmt wants line ends at the same places
    end = re.search(r"\s*$", accented).group()
    return f"{start}[{accented.strip()} {filler}]{end}" if letters else text


def write_catalogue(folder: Path) -> Path:
    """Extract every string of the product and write its pseudo catalogue; the `.mo` file's path."""
    with redirect_stdout(StringIO()):
        call_command(
            "makemessages", locale=[LOCALE], ignore_patterns=["var/*", "tests/*", ".venv/*"], no_obsolete=True
        )
    path = folder / LOCALE / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: pseudo(entry.msgid), 1: pseudo(entry.msgid_plural)}
        else:
            entry.msgstr = pseudo(entry.msgid)
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    catalogue.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    compiled = path.with_suffix(".mo")
    catalogue.save_as_mofile(str(compiled))
    return compiled


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """The site offers the pseudo language, from a catalogue in `folder`."""
    before = settings.LOCALE_PATHS, settings.LANGUAGES
    settings.LOCALE_PATHS, settings.LANGUAGES = [folder], [*settings.LANGUAGES, (CODE, "Pseudo")]
    _forget()
    try:
        (folder / LOCALE / "LC_MESSAGES").mkdir(parents=True)
        write_catalogue(folder)
        yield
    finally:
        settings.LOCALE_PATHS, settings.LANGUAGES = before
        _forget()


def _forget() -> None:
    trans_real._translations.clear()
    for cached in (
        trans_real.get_languages,
        trans_real.get_supported_language_variant,
        trans_real.check_for_language,
        trans_real.all_locale_paths,
    ):
        getattr(cached, "cache_clear", lambda: None)()
