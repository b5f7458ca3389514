"""What the database itself refuses in a CRF table, derived from the items: no form writes it down twice."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.crf.partial import PATTERN
from trial_edc.crf.spec import item_fields


def derived_constraints(model: type[models.Model]) -> list[models.BaseConstraint]:
    """Codelists, formats of partial dates, one row per key, and a unit beside every standard value."""
    table = model._meta.model_name
    found: list[models.BaseConstraint] = []
    for field in item_fields(model):
        if condition := _condition(field):
            found.append(models.CheckConstraint(condition=condition, name=f"{table}_{field.name}_is_known"))
    if issubclass(model, CrfRow):
        key = model.Crf.key or "row_no"
        found.append(
            models.UniqueConstraint(
                fields=["instance", key], condition=Q(is_withdrawn=False), name=f"{table}_one_row_per_key"
            )
        )
        if model.Crf.key:
            found.append(models.UniqueConstraint(fields=["instance", "row_no"], name=f"{table}_one_row_per_number"))
        if prefix := getattr(model.Crf, "measured", ""):
            paired = Q(**{f"{prefix}stresn": None}) | Q(**{f"{prefix}stresu__isnull": False})
            found.append(models.CheckConstraint(condition=paired, name=f"{table}_value_has_unit"))
    return found


def _condition(field: Any) -> Q | None:
    if isinstance(field, ArrayField):
        codes = [code for code, _label in field.base_field.choices or ()]
        return Q(**{f"{field.name}__contained_by": codes}) if codes else None
    if field.crf.partial:
        return Q(**{f"{field.name}__regex": PATTERN})
    if field.choices and isinstance(field, models.CharField):
        return Q(**{f"{field.name}__in": [code for code, _label in field.choices]})
    return None


def install_constraints() -> None:
    """Give every CRF table its derived constraints, once all models are loaded; `makemigrations` sees
    them."""
    for model in apps.get_models():
        if issubclass(model, CrfModel | CrfRow):
            names = {constraint.name for constraint in model._meta.constraints}
            more = [one for one in derived_constraints(model) if one.name not in names]
            model._meta.constraints = [*model._meta.constraints, *more]
            model._meta.original_attrs["constraints"] = model._meta.constraints
