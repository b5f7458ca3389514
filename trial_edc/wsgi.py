import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial_edc.settings")
application = get_wsgi_application()

if os.environ.get("EDC_TEST_HOOKS") != "1":
    from trial_edc.casebook.mark import require_own_study_at_start  # needs the apps, which are loaded above

    require_own_study_at_start()
