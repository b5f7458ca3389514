from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "trial_edc.audit"
    label = "audit"
    beat_schedule = {"seal-audit": {"task": "trial_edc.audit.tasks.seal_audit", "schedule": 300.0}}

    def ready(self) -> None:
        from trial_edc.audit import checks  # noqa: F401  registers the checks
