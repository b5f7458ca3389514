"""Making a report in a test as the worker would, and reading the PDF back."""

import re
import subprocess

from trial_edc.reports import actions, runner, storage
from trial_edc.reports.models import ReportRun


def made(study, *, by="cra1", kind="casebook", subject=None, sites=(), **parameters):
    """A finished run: asked for by an action, made by the runner."""
    sites = [subject.site] if subject else list(sites)
    about = {"subject": subject.code} if subject else {}
    run = actions.request_report(
        by=study[by], kind=kind, parameters={**about, **parameters}, sites=sites, subject=subject
    )
    assert runner.build(run.pk) is True, ReportRun.objects.get(pk=run.pk).failure
    return ReportRun.objects.get(pk=run.pk)


def content_of(run):
    return storage.load(run.file_name, run.sha256)


def text_of(run):
    """The text of the PDF as pdftotext sees it, with single spaces."""
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content_of(run), capture_output=True, check=True)
    return re.sub(r"\s+", " ", found.stdout.decode())


def pages_of(run):
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content_of(run), capture_output=True, check=True)
    return [re.sub(r"\s+", " ", page) for page in found.stdout.decode().split("\f") if page.strip()]


def squeezed(text):
    """Without any space: where lines break is not what these tests ask."""
    return re.sub(r"[\s\u00ad]+", "", text)
