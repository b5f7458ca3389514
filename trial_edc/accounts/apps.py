from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trial_edc.accounts"
    label = "accounts"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers the system checks)
        from .finders import register

        register()
