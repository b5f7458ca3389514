from django.apps import AppConfig


class CrfConfig(AppConfig):
    name = "trial_edc.crf"
    label = "crf"
