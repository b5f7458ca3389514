"""Who takes part in the demo: fictitious subjects in every stage of the trial."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """An adverse event as the site would write it. Days count from the infusion."""

    term: str
    ctcae: str
    grade: int
    start: int
    end: int | None
    related: str = "POSSIBLE"
    interest: str = "NONE"
    outcome: str = "RECOVERED"


@dataclass(frozen=True)
class Course:
    """How one subject goes through the trial.

    Attributes:
        day: study day on the day the demo is anchored at; negative while waiting for the infusion.
        stage: last visit that was entered ("" = up to `day`).
        crs: ASTCT grade by study day; icans: ICE points lost by study day.
        is_signed: the investigator has signed what asks for it.
        late: visits that were not entered.
        died_on, new_therapy_on: study day of the death, and of the next anticancer therapy.
        is_out_of_specification: the product was released although a test missed its limit.
        failure: outcome of a manufacture that failed, "REPEAT" or "STOP" ("" = it did not).
        typed: {(visit, form): what differs from the usual course}.
        has_worked_tumour: has the lesions and scans of the worked RECIST case.
        is_screen_failure: a criterion was not satisfied. earlier_number: was screened before under this one.
        moved_to: site the subject moved to after what is entered here.
    """

    site: str
    sex: str
    birth_year: int
    day: int
    stage: str = ""
    cohort: str = "DL1"
    crs: dict[int, int] = field(default_factory=dict)
    icans: dict[int, int] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    is_signed: bool = False
    late: tuple[str, ...] = ()
    died_on: int | None = None
    new_therapy_on: int | None = None
    is_out_of_specification: bool = False
    failure: str = ""
    typed: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    has_worked_tumour: bool = False
    is_screen_failure: bool = False
    earlier_number: str = ""
    moved_to: str = ""


ANAEMIA = Event("Anaemia", "Anemia", 2, -4, 12, "UNLIKELY", "NONE")
NEUTROPENIA = Event("Neutrophils low", "Neutrophil count decreased", 3, 2, 14, "UNLIKELY", "CYTOPENIA")
FEVER = Event("Fever", "Fever", 1, 2, 4, "PROBABLE")
FATIGUE = Event("Fatigue", "Fatigue", 1, 3, None, outcome="NOTREC")
MILD_CRS = Event("Cytokine release syndrome", "Cytokine release syndrome", 1, 2, 5, "DEFINITE", "CRS")
CRS_3 = Event("Cytokine release syndrome", "Cytokine release syndrome", 3, 1, 5, "DEFINITE", "CRS")
CRS_2 = Event("Cytokine release syndrome", "Cytokine release syndrome", 2, 2, 6, "DEFINITE", "CRS")

TWELVE = (
    ANAEMIA,
    FATIGUE,
    Event("Nausea", "Nausea", 1, 0, 2),
    Event("Vomiting", "Vomiting", 1, 1, 2),
    MILD_CRS,
    NEUTROPENIA,
    Event("Platelets low", "Platelet count decreased", 2, 3, 16, "UNLIKELY"),
    Event("头痛 (headache)", "Headache", 1, 4, 6),
    Event("Diarrhoea", "Diarrhea", 1, 6, 8, "UNLIKELY"),
    Event("Hypoalbuminaemia", "Hypoalbuminemia", 2, 5, None, "UNLIKELY", outcome="RECOVERING"),
    Event("Sore mouth", "Mucositis oral", 2, 8, 15, "UNLIKELY"),
    Event("皮疹，躯干 (rash on the trunk)", "Rash maculo-papular", 1, 10, 17),
)

# In the order of registration: the first of site 101 becomes 101-0001 and so on.
COURSES = (
    Course("101", "M", 1958, 402, cohort="DL1", crs={2: 1, 3: 1}, events=(MILD_CRS, ANAEMIA), is_signed=True),
    Course(
        "101", "M", 1961, 200, stage="d28", died_on=40,
        crs={3: 2, 4: 2}, events=(CRS_2, NEUTROPENIA), is_signed=True,
    ),
    Course(
        "101", "F", 1966, 180, stage="m3", has_worked_tumour=True,
        crs={2: 1}, events=(FEVER, FATIGUE), is_signed=True,
    ),
    Course("101", "M", 1974, 121, new_therapy_on=110, events=(ANAEMIA, FATIGUE), late=("m3",)),
    Course("101", "F", 1969, 33, stage="d28", crs={2: 1, 3: 1, 4: 1}, events=TWELVE),
    Course("101", "M", 1963, 35, stage="d28", events=(FEVER,), is_signed=True),
    Course(
        "101", "F", 1969, 9, stage="d4", cohort="DL2",
        crs={2: 1, 3: 2, 4: 2, 5: 1, 6: 1}, icans={4: 3, 5: 1},
        events=(ANAEMIA, NEUTROPENIA, FATIGUE),
        typed={("d3", "vs"): {"temp": "38.4"}},
    ),
    Course("101", "M", 1955, -12, stage="mfg"),
    Course("101", "F", 1971, -44, stage="prescr"),
    Course("102", "M", 1960, 64, crs={2: 1}, events=(FEVER, ANAEMIA)),
    Course("102", "F", 1967, 22, crs={3: 2, 4: 1}, events=(CRS_2,), is_out_of_specification=True),
    Course("102", "M", 1972, 3, events=(ANAEMIA,), cohort="DL2"),
    Course("102", "M", 1953, -6, stage="base"),
    Course("102", "F", 1980, -30, stage="aph"),
    Course("102", "M", 1964, -50, stage="prescr"),
    Course("102", "M", 1959, 15, crs={2: 1, 3: 1}, events=(MILD_CRS, FEVER), cohort="DL2"),
    Course("103", "F", 1957, 310, events=(FATIGUE, FEVER), is_signed=True),
    Course("103", "M", 1968, 95, crs={1: 1, 2: 3, 3: 2, 4: 1}, events=(CRS_3, ANAEMIA)),
    Course("103", "M", 1952, 29, events=(NEUTROPENIA, FATIGUE)),
    Course("103", "F", 1976, 8, crs={2: 1}, events=(FEVER,), cohort="DL2"),
    Course("103", "M", 1963, -3, stage="ld2", cohort="DL2"),
    Course("103", "F", 1970, -20, stage="mfg"),
    Course("103", "M", 1966, -40, stage="scr"),
    Course("103", "M", 1959, -60, stage="prescr"),
    Course(
        "103", "F", 1962, 40, stage="scr", is_screen_failure=True,
        typed={("scr", "ie"): {"ieorres.inc09": "N", "ieelig": "N", "iesfreas": "CRITERION"}},
    ),
    Course("103", "F", 1962, -20, stage="aph", earlier_number="103-0009"),
    Course("102", "M", 1969, -18, stage="aph", moved_to="103"),
    Course("102", "F", 1966, -10, stage="mfg", failure="REPEAT"),
    Course("103", "M", 1961, -12, stage="mfg", failure="STOP"),
)  # fmt: skip
