"""A catalogue of a language nobody speaks: every sentence accented, bracketed and a third longer.

Pages shown in it have text outside gettext where letters are plain, and break where they cannot stretch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import trans_real

from tests.tools.translations import build_pseudo_locale

CODE, LOCALE = "en-xa", "en_XA"


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """The site offers the pseudo language, from a catalogue in `folder`."""
    before = settings.LOCALE_PATHS, settings.LANGUAGES
    settings.LOCALE_PATHS, settings.LANGUAGES = [folder], [*settings.LANGUAGES, (CODE, "Pseudo")]
    _forget()
    try:
        build_pseudo_locale(folder, LOCALE)
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
