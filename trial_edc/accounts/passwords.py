"""What a password has to be. Length and no guessable words; no rule about kinds of characters (NIST SP
800-63B).
"""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MIN_LENGTH = 8
MAX_LENGTH = 256
DEMO_PASSWORD = "Demo-2026-pass"
STUDY_WORDS = ("trial", "u87", "cart", "demo", "password", "clinical", "edc")


class LengthValidator:
    """At least 8 characters, which is enough beside a second factor; 256 at most, so hashing stays cheap."""

    def validate(self, password: str, user=None) -> None:
        if len(password) < MIN_LENGTH:
            raise ValidationError(
                _("The password has %(n)d characters. Use at least %(min)d; a short sentence is best.")
                % {"n": len(password), "min": MIN_LENGTH}
            )
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                _("The password is longer than %(max)d characters. Shorten it.") % {"max": MAX_LENGTH}
            )

    def get_help_text(self) -> str:
        return _("At least %(min)d characters. Any characters; a short sentence is best.") % {"min": MIN_LENGTH}


class ContextValidator:
    """Not the person's name, address or organisation, not the study's words, nor either with digits around
    it.
    """

    def validate(self, password: str, user=None) -> None:
        if password == DEMO_PASSWORD and settings.EDC_ENV == "production":
            raise ValidationError(_("This password is printed in the guide of the demo. Choose another."))
        core = _letters(password)
        known = set(STUDY_WORDS)
        if user is not None:
            told = f"{user.email} {user.full_name} {user.organisation}"
            known |= {_letters(word) for word in re.split(r"[\s@._-]+", told)} | {_letters(user.email.split("@")[0])}
        rest = core
        for word in sorted((word for word in known if len(word) >= 3), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < 4 and password != DEMO_PASSWORD:
            raise ValidationError(
                _("The password is made of names or words an attacker tries first. Choose other words.")
            )

    def get_help_text(self) -> str:
        return _("Not your name, your address or words of the study.")


class CommonValidator(CommonPasswordValidator):
    """Not among the 20,000 passwords seen most often in breaches, also with digits or signs added at its
    ends.
    """

    def validate(self, password: str, user=None) -> None:
        plain = unicodedata.normalize("NFKC", password).lower().strip()
        if {plain, plain.strip("0123456789!?.,-_*#@$ ")} & self.passwords:
            raise ValidationError(_("This password is among those most often found in breaches. Choose another."))

    def get_help_text(self) -> str:
        return _("Not a password known from breaches.")


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum() and not c.isdigit())
