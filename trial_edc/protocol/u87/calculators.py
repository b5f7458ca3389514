"""The calculators of the trial by dotted path: the platform runs them without importing the trial.

Each module has NAME, SOURCE, VERSION and `calculate(data)`, which gives a result with `why` or raises
`trial_edc.calculators.CaseError`.
"""

CALCULATORS = {
    "recist": "assessments.calculators.recist",
    "recist-baseline": "assessments.calculators.recist_baseline",
    "best-response": "assessments.calculators.best_response",
    "time-to-event": "assessments.calculators.time_to_event",
    "partial-date": "assessments.calculators.partial_date",
    "survival": "assessments.calculators.survival",
    "proportion": "assessments.calculators.proportion",
    "kinetics": "assessments.calculators.kinetics",
    "ctcae-lab": "adverse_events.calculators.ctcae_lab",
    "crs": "adverse_events.calculators.crs",
    "icans": "adverse_events.calculators.icans",
    "ice": "adverse_events.calculators.ice",
    "dose-escalation": "adverse_events.calculators.dose_escalation",
}
