from django.apps import AppConfig


class CasebookConfig(AppConfig):
    name = "trial_edc.casebook"
    label = "casebook"

    def ready(self) -> None:
        from . import finders

        finders.register()
