"""A model that holds records and is not audited is a mistake, found before the server starts."""

from django.core.checks import Error, register

from trial_edc.audit.guarded import guarded_models, missing_triggers


@register("audit")
def every_record_is_audited(app_configs, **kwargs) -> list[Error]:
    """One error for each model of the guarded apps without the triggers of an audited table."""
    return [
        Error(
            f"{model._meta.label} holds records but does not declare {', '.join(missing)}.",
            hint="Add `triggers = audited_table()` to its Meta, or name it in NOT_AUDITED with the reason.",
            obj=model,
            id="audit.E001",
        )
        for model in guarded_models()
        if (missing := missing_triggers(model))
    ]
