"""Time-based one-time codes (RFC 6238) and recovery codes: made, encrypted, checked, counted once.

The arithmetic is `cryptography`'s; what is ours is that a code counts once in every process, which one
conditional UPDATE decides, and that the secret is encrypted at rest. Why not a package: docs/adr/0010.
"""

import base64
import hashlib
import hmac
import secrets
import time
import unicodedata
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.conf import settings
from django.utils import timezone

from .models import Credential, RecoveryCode, User

STEP_SECONDS = 30
N_DIGITS = 6
DRIFT_STEPS = 1
N_RECOVERY_CODES = 10
_NOBODY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def encrypt(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """The secret in base32. Raises ValueError when it was encrypted under a key this server does not have."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as problem:
        raise ValueError("second-factor secret does not open with SECOND_FACTOR_KEYS") from problem


def code_at(secret: str, counter: int) -> str:
    """The six-digit code of one time step of 30 s since 1970."""
    key = base64.b32decode(secret)
    return HOTP(key, N_DIGITS, hashes.SHA1(), enforce_key_length=False).generate(counter).decode()


def current_counter() -> int:
    """Time step now, by real time: a test clock never reaches second factors."""
    return int(time.time()) // STEP_SECONDS


def uri(user: User, secret: str) -> str:
    """The `otpauth:` address an authenticator app reads from the QR code."""
    issuer = quote(settings.SECOND_FACTOR_ISSUER)
    return f"otpauth://totp/{issuer}:{quote(user.email)}?secret={secret}&issuer={issuer}"


def use_code(user: User | None, typed: str) -> bool:
    """Whether `typed` is a code or recovery code of this person that has not counted before; it counts from
    now on.

    For nobody (None) the same work is done and the answer is no.
    """
    text = as_typed(typed)
    if len(text) == N_DIGITS and text.isdecimal():
        return _use_time_code(user, text)
    return _use_recovery_code(user, text)


def as_typed(typed: str) -> str:
    """Full-width digits and letters made plain; spaces and hyphens, which people type between groups,
    dropped.
    """
    return "".join(unicodedata.normalize("NFKC", typed[:64]).split()).replace("-", "").upper()


def matching_counter(secret: str, code: str) -> int | None:
    """The time step within the drift whose code this is, newest first; None when there is none."""
    now = current_counter()
    matches = [
        counter
        for counter in range(now + DRIFT_STEPS, now - DRIFT_STEPS - 1, -1)
        if hmac.compare_digest(code_at(secret, counter).encode(), code.encode())
    ]
    return matches[0] if matches else None


def _use_time_code(user: User | None, code: str) -> bool:
    credential = getattr(user, "credential", None)
    known = credential is not None and bool(credential.secret)
    counter = matching_counter(decrypt(credential.secret) if known else _NOBODY, code)
    if not known or counter is None:
        return False
    newer = Credential.objects.filter(user=user, secret=credential.secret, last_counter__lt=counter)
    return newer.update(last_counter=counter) == 1


def _use_recovery_code(user: User | None, code: str) -> bool:
    digests = [digest(code, key) for key in settings.SECOND_FACTOR_KEYS]
    unused = RecoveryCode.objects.filter(user=user, digest__in=digests, used_at=None, voided_at=None)
    return user is not None and unused.update(used_at=timezone.now()) == 1


def make_recovery_codes(user: User) -> list[str]:
    """Ten new codes of 80 random bits, to be shown once; earlier ones stop working."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(N_RECOVERY_CODES)]
    void_recovery_codes(user)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=digest(code, settings.SECOND_FACTOR_KEYS[0])) for code in codes
    )
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in codes]


def void_recovery_codes(user: User) -> None:
    RecoveryCode.objects.filter(user=user, voided_at=None).update(voided_at=timezone.now())


def digest(code: str, key: str) -> str:
    """Keyed SHA-256. A fast hash is enough: the code is 80 random bits, not a word somebody chose."""
    return hmac.new(_derive(key, b"recovery codes"), code.encode(), hashlib.sha256).hexdigest()


def _box() -> MultiFernet:
    keys = (_derive(key, b"second-factor secrets") for key in settings.SECOND_FACTOR_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
