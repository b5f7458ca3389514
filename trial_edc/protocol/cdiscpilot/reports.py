"""The reports made of the trial's own sections: functions by dotted path, in the order they are printed."""

REPORT_SECTIONS = {
    "ae-listing": ("adverse_events.reports.ae_listing",),
    "trial-summary": (
        "subjects.analysis.medicine.disposition",
        "subjects.analysis.baseline.section",
        "subjects.analysis.medicine.exposure",
        "adverse_events.analysis.safety.section",
        "subjects.analysis.ends.deaths",
        "assessments.analysis.efficacy.section",
        "assessments.analysis.kinetics.section",
    ),
}
