"""The reports made of the trial's own sections: functions by dotted path, in the order they are printed.

The platform reaches them through these names and never imports the trial.
"""

REPORT_SECTIONS = {
    "ae-listing": ("adverse_events.reports.ae_listing",),
    "sae-form": ("adverse_events.reports.forms_of_event",),
    "trial-summary": (
        "subjects.analysis.disposition.section",
        "subjects.analysis.baseline.section",
        "subjects.analysis.exposure.section",
        "adverse_events.analysis.safety.section",
        "subjects.analysis.ends.deaths",
        "subjects.analysis.ends.deviations",
        "assessments.analysis.efficacy.section",
        "assessments.analysis.kinetics.section",
        "subjects.analysis.follow_up.section",
    ),
}
