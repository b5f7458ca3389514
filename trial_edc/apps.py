from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from trial_edc.production import start_up_problems


class TrialEdcConfig(AppConfig):
    """The machine itself: commands and start-up checks that belong to no single app."""

    name = "trial_edc"
    label = "trial_edc"

    def ready(self):
        """Refuse to start a production installation that is not safe; know the broker. In every process alike."""
        from django.conf import settings

        if problems := start_up_problems(settings):
            raise ImproperlyConfigured("\n- ".join(["This installation does not start:", *problems]))
        import trial_edc.celery  # noqa: F401  tasks published by the web process go to our broker
