"""The reports made of the trial's own sections: functions by dotted path, in the order they are printed."""

REPORT_SECTIONS = {
    "ae-listing": ("adverse_events.reports.ae_listing",),
}
