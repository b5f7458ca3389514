"""What a browser posted, made safe to read: a wrong type is no error of the program."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.http import HttpRequest

from trial_edc.crf.entry import flatten

LARGEST_NUMBER = 2_147_483_647
LONGEST_BOX = 20_000


def boxes(request: HttpRequest, form_code: str) -> dict[str, str]:
    """The inputs of one form, by name; anything else that was sent is left out."""
    start = f"{form_code}."
    return {
        name: text[:LONGEST_BOX]
        for name, text in flatten(request.POST).items()
        if name.startswith(start) and len(name) < 120 and "\x00" not in name
    }


def number(values: Mapping[str, str], name: str, default: int = 0) -> int:
    """A whole number of 0 or more, the default for anything else."""
    text = values.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        return default
    return min(int(text), LARGEST_NUMBER)


def token(request: HttpRequest) -> uuid.UUID | None:
    """The client's token of a submit, None when it is missing or not one."""
    try:
        return uuid.UUID(request.POST.get("_token", ""))
    except ValueError:
        return None


def plain(text: str) -> str:
    """A filter or a sentence without characters the database cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
