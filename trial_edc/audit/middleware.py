"""What a request brings to the trail: its number, and in a test database its clock."""

import uuid

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponseBadRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from trial_edc.audit import clock
from trial_edc.audit.context import request_id


class RequestIdMiddleware:
    """Give each request a number of its own; every event it writes carries it. A client cannot choose it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = uuid.uuid4().hex
        token = request_id.set(request.request_id)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = request.request_id
        return response


class TestClockMiddleware:
    """Stop the clock of the record at the time in `X-Test-Now` (ISO 8601 with offset).

    Only where settings allow test hooks, and even then the database must be marked by its owner: otherwise
    the header is ignored and real time goes on.
    """

    __test__ = False

    def __init__(self, get_response):
        if not settings.EDC_TEST_HOOKS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        asked = request.headers.get("X-Test-Now", "")
        if not asked:
            return self.get_response(request)
        moment = _parsed(asked)
        if moment is None:
            return HttpResponseBadRequest("X-Test-Now needs a date and time with its offset, ISO 8601")
        if not clock.is_test_database():
            return self.get_response(request)
        with clock.stopped_at(moment):
            return self.get_response(request)


def _parsed(text: str):
    try:
        moment = parse_datetime(text.strip())
    except ValueError:
        return None
    return None if moment is None or is_naive(moment) else moment
