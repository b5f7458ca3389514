from django.apps import AppConfig


class AdverseEventsConfig(AppConfig):
    name = "adverse_events"
    beat_schedule = {
        "watch-sae-clocks": {"task": "adverse_events.tasks.watch_clocks", "schedule": 300.0},
    }
