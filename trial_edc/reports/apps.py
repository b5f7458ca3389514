from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "trial_edc.reports"
    label = "reports"
