from django.apps import AppConfig


class TrialEdcConfig(AppConfig):
    """The machine itself: commands and start-up checks that belong to no single app."""

    name = "trial_edc"
    label = "trial_edc"
