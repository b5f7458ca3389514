"""The CRFs of this study, found through Django's model list: nothing is registered by hand."""

from functools import cache

from django.apps import apps
from django.conf import settings

from trial_edc.crf.models import CrfModel, CrfRow
from trial_edc.protocol import load


@cache
def _forms() -> dict[str, type[CrfModel]]:
    study = load(settings.EDC_PROTOCOL)
    models = [model for model in apps.get_models() if issubclass(model, CrfModel)]
    return {
        model.Crf.code: model for model in models if study.has_form(model.Crf.code, getattr(model.Crf, "studies", ()))
    }


@cache
def _rows() -> dict[str, tuple[type[CrfRow], ...]]:
    models = [model for model in apps.get_models() if issubclass(model, CrfRow)]
    return {form: tuple(model for model in models if model.Crf.form == form) for form in _forms()}


def all_crfs() -> tuple[type[CrfModel], ...]:
    """Every CRF model, ordered by its code."""
    return tuple(model for _code, model in sorted(_forms().items()))


def crf(code: str) -> type[CrfModel]:
    """The model of a form code. Raises KeyError with a sentence."""
    try:
        return _forms()[code]
    except KeyError:
        raise KeyError(f"There is no CRF with the code {code!r}; known are {', '.join(sorted(_forms()))}.") from None


def short_title(code: str) -> str:
    """The name of a form for narrow places: its `short`, else its title. Raises KeyError with a sentence."""
    about = crf(code).Crf
    return str(getattr(about, "short", about.title))


def has_crf(code: str) -> bool:
    """Whether a form of this code exists: a schedule may name forms that are still to come."""
    return code in _forms()


def row_models(code: str) -> tuple[type[CrfRow], ...]:
    """The tables of rows of a form, () for a form without rows. Raises KeyError with a sentence."""
    crf(code)
    return _rows()[code]


@cache
def readers(code: str) -> frozenset[str]:
    """Codes of the forms that declare this one among their sources (`Crf.reads`)."""
    return frozenset(model.Crf.code for model in all_crfs() if code in getattr(model.Crf, "reads", ()))


def tables() -> dict[str, str]:
    """Form code -> database table of its head, for statements that read many forms at once."""
    return {code: model._meta.db_table for code, model in sorted(_forms().items())}
