from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "trial_edc.audit"
    label = "audit"

    def ready(self) -> None:
        from trial_edc.audit import checks  # noqa: F401  registers the checks
