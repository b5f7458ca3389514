from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "trial_edc.audit"
    label = "audit"
