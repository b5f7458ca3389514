"""The study this installation runs, and the trial's two spine models, named without importing the trial."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from trial_edc.protocol import load
from trial_edc.protocol.model import Protocol

from .models import FormInstance


def study() -> Protocol:
    """The protocol package named by EDC_PROTOCOL."""
    return load(settings.EDC_PROTOCOL)


@cache
def subject_model():
    return FormInstance._meta.get_field("subject").related_model


@cache
def visit_model():
    return FormInstance._meta.get_field("visit").related_model


def subject_dates(casebook, site):
    """The dates of a subject (`visits`, `anchors`, ...), by the trial's function that the protocol names."""
    return import_string(study().subject_dates)(casebook, site)


def date_forms() -> frozenset[str]:
    """Forms `subject_dates` needs for windows and study days."""
    return frozenset(study().date_forms)
