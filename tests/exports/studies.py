"""Studies for tests of analyses: subjects in memory, or a cohort in the database made by actions."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from django.utils.module_loading import import_string

from assessments.analysis.sets import of_study
from tests import scenarios
from tests.books import ZONE, book
from trial_edc.exports.study import Book, StudyData
from trial_edc.protocol.u87.analysis import ANALYSIS

INFUSED = datetime(2026, 2, 24, 10, 42, tzinfo=ZONE)
SITE = SimpleNamespace(pk=1, code="101", name="Site", time_zone="Asia/Shanghai")


def subject_book(code, *entries, infused=INFUSED, cohort="DL1"):
    """A subject in memory with these filled forms."""
    casebook = book(*entries, code=code, cohort=cohort)
    on = infused.astimezone(ZONE).date() if infused else None
    return Book(casebook.subject, casebook, infused, on, cohort)


def study_of(*books, cutoff_on=date(2026, 12, 31), plan=ANALYSIS):
    """Books as an analysis reads them."""
    found = StudyData(plan, cutoff_on, tuple(books))
    return StudyData(plan, cutoff_on, tuple(books), of_study(found))


def parts_of(study, path):
    """The parts of one section by (code, population, source)."""
    return {(part.code, part.population, part.source): part for part in import_string(path)(study)}


# Subjects of the database: days since the infusion, what the investigator read at D28, M2 and M3 and when in days, day
# of death, and adverse events as (start, grade, serious, changes of the grade).
COURSES = (
    {"day": 130, "reads": (("d28", 28, "PR"), ("m2", 60, "PR"), ("m3", 91, "PD")), "events": ((3, "3", "N"),)},
    {
        "day": 128,
        "reads": (("d28", 29, "SD"), ("m2", 62, "PR"), ("m3", 92, "PR")),
        "events": ((0, "1", "N"), (30, "4", "N")),
    },
    {"day": 126, "reads": (("d28", 28, "SD"), ("m2", 58, "SD")), "events": ((-3, "2", "N"),)},
    {"day": 124, "reads": (("d28", 27, "PD"),), "events": ((28, "2", "N"), (29, "3", "N"))},
    {"day": 122, "reads": (("d28", 28, "CR"), ("m2", 60, "CR")), "events": ()},
    {"day": 120, "reads": (), "died": 40, "events": ((-5, "3", "N", "{-5} 1\n{12} 3"),)},
)  # fmt: skip


def cohort(study):
    """Six infused subjects with baseline, responses, samples and events, entered as people would."""
    return [_subject(study, course, number) for number, course in enumerate(COURSES)]


def _subject(study, course, number):
    subject = scenarios.infused_subject(study, day=course["day"])
    infused = scenarios.today(subject.site) - timedelta(days=course["day"])

    def on(day):
        return f"{infused + timedelta(days=day):%d-%b-%Y}"

    def save(path, **typed):
        form = path.split("/")[1]
        raw = {f"{form}.{name.replace('__', '.')}": text for name, text in typed.items()}
        scenarios.save(study, subject, path, raw)

    save("d0/inf", infdl="DL1" if number < 4 else "DL2")
    save("base/tu", tuloc__1="BASETNG", tunode__1="N", tubase__1="50", tumeth__1="CT", tuprirt__1="N", tudtc__1=on(-9))
    for visit, day, response in course["reads"]:
        save(f"{visit}/rs", rsdtc=on(day), rsinv=response, rsclin="N")
        save(f"{visit}/sv", svstdtc=on(day), svocc="Y", svaeyn="N")
    for visit, day, copies in (("d7", 7, 5_000 + number), ("d14", 14, 40_000 - number), ("d28", 28, 900)):
        save(f"{visit}/pk", pkdtc=f"{on(day)} 10:42", pkmat="BLOOD", pkcopy=str(copies), pkmeth__pkcopy="QPCR",
             pklloq__pkcopy="50")  # fmt: skip
    for seq, (start, grade, serious, *changes) in enumerate(course["events"], 1):
        about = {"aestdtc": on(start), "aetoxgr": grade, "aeser": serious}
        if changes:
            days = {str(day): on(day) for day in (-5, 12)}
            about["aegrchg"] = changes[0].replace("{-5}", days["-5"]).replace("{12}", days["12"])
        scenarios.adverse_event(study, subject, seq=seq, **about)
    if "died" in course:
        scenarios.save(study, subject, "dd/1", {"dd.dthdtc": on(course["died"]), "dd.dthcaus": "PD"})
    return subject
