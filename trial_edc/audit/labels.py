"""Words for what the trail names by table, column and code: taken from the models."""

import json
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def record_label(table: str) -> str:
    """Name of a table's records, such as "Vital signs"; the table's own name when no model has it."""
    model = _models().get(table)
    if model is None:
        return table
    title = getattr(getattr(model, "Crf", None), "title", "")
    return str(title or capfirst(model._meta.verbose_name))


def item_label(table: str, item: str) -> str:
    """Label of an item, its code when no field has it."""
    field = _field(table, item)
    return item if field is None else str(capfirst(field.verbose_name))


def value_label(table: str, item: str, value: Any) -> str:
    """A side of a line as text: choices by their label, a missing value by its code and note."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return _explained(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    field = _field(table, item)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list) else str(value)


def names_person(table: str, item: str) -> bool:
    """Whether the values of an item are keys of people."""
    field = _field(table, item)
    return field is not None and field.related_model is apps.get_model(settings.AUTH_USER_MODEL)


def local_time(at: datetime, zone: str) -> str:
    """05-Mar-2026 14:02:31 UTC+08:00, in the zone of the site."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here:%d-%b-%Y %H:%M:%S} UTC{here.isoformat()[-6:]}"


def _explained(side: dict) -> str:
    if side.get("missing"):
        note = f" ({side['note']})" if side.get("note") else ""
        return f"{side['missing']}{note}"
    parts = (
        f"{name}: {json.dumps(part, ensure_ascii=False) if isinstance(part, dict | list) else part}"
        for name, part in side.items()
    )
    return "; ".join(parts)


def _field(table: str, item: str) -> models.Field | None:
    model = _models().get(table)
    if model is None:
        return None
    return next((field for field in model._meta.concrete_fields if field.column == item), None)


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}
