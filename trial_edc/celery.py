"""Jobs, run by `celery -A trial_edc worker` and `celery -A trial_edc beat`; an app's are in its `tasks.py`.

An app that wants something done regularly says so on its AppConfig, in Celery's own words:

    beat_schedule = {"seal-audit": {"task": "trial_edc.audit.tasks.seal", "schedule": 300.0}}
"""

import os
from typing import Any

import django
from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial_edc.settings")

app = Celery("trial_edc")
app.config_from_object("django.conf:settings", namespace="CELERY")


def _configuration() -> dict[str, Any]:
    """What settings cannot know when they load: the private broker's address and the apps' schedules."""
    from django.apps import apps
    from django.conf import settings

    if not apps.ready:
        django.setup()
    found: dict[str, Any] = {"beat_schedule": {}}
    for config in apps.get_app_configs():
        found["beat_schedule"].update(getattr(config, "beat_schedule", {}))
    if not settings.REDIS_URL:
        from trial_edc.embedded_backend.base import private_servers

        found["broker_url"] = private_servers().redis_url(settings.EDC_BROKER_DATABASE)
    return found


app.add_defaults(_configuration)
app.autodiscover_tasks()


@worker_init.connect
def _refuse_another_study(**_: Any) -> None:
    """A worker ends at once where the database belongs to another study."""
    from trial_edc.casebook.mark import require_own_study_at_start

    require_own_study_at_start()
