from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "trial_edc.reports"
    label = "reports"
    beat_schedule = {
        "sweep-reports": {"task": "trial_edc.reports.tasks.sweep_reports", "schedule": 60.0},
    }

    def ready(self) -> None:
        from trial_edc.reports import finders

        finders.register()
