"""Which tables must carry which triggers: read from the models, so declaring a form covers it."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from trial_edc.audit.triggers import AuditTrigger, RefuseDelete, RefuseLocked, RefuseTruncate

GUARDED_APPS = (
    "accounts",
    "subjects",
    "adverse_events",
    "assessments",
    "casebook",
    "reports",
    "exports",
    "notices",
)
NOT_AUDITED = {
    "adverse_events.CtcaeCriterion": "published criteria, loaded as a whole by a command; nothing of a subject",
    "accounts.Credential": "holds secrets; its changes are lines of the access log",
    "accounts.RecoveryCode": "holds secrets; its use is a line of the access log",
    "accounts.AccessEvent": "is a log itself and only grows",
    "accounts.UserSession": "framework state, real time only",
    "accounts.Throttle": "counters of failed sign-ins",
    "casebook.Draft": "a draft is not data; it has a log of its own",
    "casebook.Submission": "tokens of submits already handled",
    "casebook.DraftEvent": "is the log of drafts",
    "exports.FrozenRow": "is a copy that only grows; its digest stands in the audited content of the cut",
    "casebook.ImportRow": "is the log of files read and only grows; what a row became is audited in its form",
    "casebook.StudyMark": "one line of the owner, read alone by the application",
}
AUDIT_TRIGGERS = (AuditTrigger, RefuseDelete, RefuseTruncate)


def guarded_models() -> Iterable[type[models.Model]]:
    """Concrete models of the guarded apps that hold records, in the order of the registry."""
    for model in apps.get_models():
        meta = model._meta
        if meta.app_label in GUARDED_APPS and meta.managed and not meta.proxy and meta.label not in NOT_AUDITED:
            yield model


def declared_triggers(model: type[models.Model]) -> list:
    """The audit and lock triggers a model declares."""
    wanted = (*AUDIT_TRIGGERS, RefuseLocked)
    return [trigger for trigger in getattr(model._meta, "triggers", []) if isinstance(trigger, wanted)]


def missing_triggers(model: type[models.Model]) -> list[str]:
    """Class names of the triggers an audited model lacks."""
    declared = declared_triggers(model)
    return [kind.__name__ for kind in AUDIT_TRIGGERS if not any(isinstance(one, kind) for one in declared)]
