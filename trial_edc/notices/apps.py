from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "trial_edc.notices"
    label = "notices"
    beat_schedule = {
        "sweep-notices": {"task": "trial_edc.notices.tasks.sweep_notices", "schedule": 60.0},
    }

    def ready(self) -> None:
        from trial_edc.notices import finders

        finders.register()
