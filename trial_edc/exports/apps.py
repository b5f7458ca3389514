from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "trial_edc.exports"
    label = "exports"
