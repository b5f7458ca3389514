from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trial_edc.accounts"
    label = "accounts"
    beat_schedule = {"forget-expired": {"task": "trial_edc.accounts.tasks.forget_expired", "schedule": 3600.0}}

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers the system checks)
        from .finders import register

        register()
