"""Write the golden data dictionary anew: `python -m tests.golden_dictionary`, then review the difference."""

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.platform.test_dictionary import GOLDEN
    from trial_edc.crf.dictionary import as_tsv, dictionary

    GOLDEN.write_text(as_tsv(dictionary()), encoding="utf-8")
