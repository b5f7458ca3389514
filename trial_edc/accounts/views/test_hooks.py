"""The mail a test started: reachable only with `EDC_TEST_HOOKS`, with which production refuses to start."""

import email
import email.policy
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from trial_edc.accounts.pages import public


@require_safe
@public
def outbox(request: HttpRequest) -> JsonResponse:
    """Every mail kept so far, oldest first: to, subject, body."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda file: file.stat().st_mtime)
    mails = []
    for file in files:
        for text in file.read_bytes().split(b"-" * 79 + b"\n"):
            if text.strip():
                message = email.message_from_bytes(text, policy=email.policy.default)
                mails.append({"to": message["To"], "subject": message["Subject"], "body": message.get_content()})
    return JsonResponse({"mails": mails})
