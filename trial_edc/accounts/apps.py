from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "trial_edc.accounts"
    label = "accounts"
