"""The study this installation runs, and the trial's two spine models, named without importing the trial."""

from __future__ import annotations

from functools import cache

from django.conf import settings

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
