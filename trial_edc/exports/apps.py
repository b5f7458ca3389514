from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "trial_edc.exports"
    label = "exports"

    def ready(self) -> None:
        from trial_edc.exports import finders

        finders.register()
