from django.apps import AppConfig


class CrfConfig(AppConfig):
    name = "trial_edc.crf"
    label = "crf"

    def ready(self) -> None:
        """Derive the database constraints of all forms and declare the checks of their declarations."""
        from trial_edc.crf import system_checks
        from trial_edc.crf.constraints import install_constraints

        install_constraints()
        system_checks.register_checks()
