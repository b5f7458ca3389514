from django.apps import AppConfig
from django.conf import settings


class ReportsConfig(AppConfig):
    name = "trial_edc.reports"
    label = "reports"
    beat_schedule = {
        "sweep-reports": {
            "task": "trial_edc.reports.tasks.sweep_reports",
            "schedule": float(settings.EDC_JOB_SWEEP_SECONDS),
            # A queue nobody worked at for a night holds one sweep, not a thousand.
            "options": {"expires": settings.EDC_JOB_SWEEP_SECONDS},
        },
    }

    def ready(self) -> None:
        from trial_edc.reports import finders

        finders.register()
