"""A product on its way, made by the actions of those who make it."""

from __future__ import annotations

from datetime import timedelta

from subjects.product.actions import confirm_identity, read_labels
from tests import scenarios
from tests.subjects.test_ie import answers
from tests.subjects.test_rel import CERTIFICATE
from trial_edc.casebook.actions.sign import sign_forms

DIN, LOT, COI = "A0001101", "CT-010001", "COI-1010001"
BATCH = {
    "mfg.mfgbatch": LOT,
    "mfg.mfgvec": "Lentiviral, LV-2207",
    "mfg.mfgcryo": "Y",
    "mfg.mfgrem": "N",
    "mfg.mfgfail": "SUCCESS",
}
APPROVED = "MONITOR,INVESTIGATOR,ETHICS,SUBJECT"
OUT = {"rel.relvia": "66.4", "rel.relvia.keep": "source", "rel.relstat": "OOS"}
OUT |= {"rel.reloos": "Viability: limit 70 %, result 66.4 %"}


def day(subject, days_ago):
    return f"{scenarios.today(subject.site) - timedelta(days=days_ago):%d-%b-%Y}"


def collected(study, *, site="101", by="crc1"):
    """A subject whose cells were collected 40 days ago."""
    subject = scenarios.registered_subject(study, site=site, by=by, days_ago=80)
    typed = {"aph.aphstdtc": f"{day(subject, 40)} 09:10", "aph.aphdin": DIN, "aph.aphtemp": "Y"}
    scenarios.save(study, subject, "aph/aph", typed, by=by)
    return subject


def manufactured(study, subject, *, path="mfg/mfg", **changed):
    typed = {**BATCH, "mfg.mfgstdt": day(subject, 39), "mfg.mfgendt": day(subject, 25)}
    typed |= {f"mfg.{item}": text for item, text in changed.items()}
    return scenarios.save(study, subject, path, {name: text for name, text in typed.items() if text}, by="mfr1")


def released(study, subject, *, path="mfg/rel", days_ago=20, signs=True, **changed):
    typed = {f"rel.{name}": text for name, text in CERTIFICATE.items()} | {"rel.reldt": day(subject, days_ago)}
    saved = scenarios.save(study, subject, path, typed | {f"rel.{n}": t for n, t in changed.items()}, by="mfr1")
    if signs:
        form = saved.instance
        result = sign_forms(by=study["mfr2"], credentials_confirmed=True, revisions={form.pk: form.revision})
        assert result.left_out == (), result.left_out[0].why
    return saved


def ready(study, **changed):
    """A subject whose product is released and stands at the site."""
    subject = collected(study)
    manufactured(study, subject)
    released(study, subject, **changed)
    custody(study, subject)
    return subject


def custody(study, subject):
    """The custody log up to storage at the site."""
    steps = (
        *(("APHERESIS", 40, "crc1", "nurse1"), ("MFRECEIPT", 39, "mfr1", "mfr2"), ("RELEASE", 20, "mfr1", "mfr2")),
        *(("SHIPMENT", 19, "mfr1", "mfr2"), ("SITERECEIPT", 18, "crc1", "nurse1"), ("STORAGE", 18, "crc1", "nurse1")),
    )
    for seq, (step, days_ago, first, second) in enumerate(steps, start=1):
        typed = {
            "coi.coistep": step,
            "coi.coiid": COI,
            "coi.coidtc": f"{day(subject, days_ago)} 14:{seq:02d}",
            "coi.coiby1": str(study[first].pk),
            "coi.coiby2": str(study[second].pk),
            "coi.coimatch": "Y",
            "coi.coitemp": "Y",
        }
        scenarios.save(study, subject, f"coi/{seq}", typed, by=first)


def cleared(study, subject):
    """The gates of the infusion: consent to the follow-up, eligibility of the day confirmed and signed."""
    consented = f"{day(subject, 80)} 09:40"
    scenarios.save(study, subject, "icf/2", {"icf.icftype": "LTFU", "icf.icfdtc": consented, "icf.icfver": "2.0"})
    today = scenarios.today(subject.site).isoformat()
    typed = {name.replace("__", "."): text for name, text in answers("d0", ieelig3="Y").items()}
    typed = {f"ie.{name}": today if name.startswith("iedat.") else text for name, text in typed.items()}
    form = scenarios.save(study, subject, "d0/ie", typed).instance
    result = scenarios.signed(study, form, meaning="eligibility")
    assert result.left_out == (), result.left_out[0].why


def labels(subject, step="INFUSION", **changed):
    """What the first person reads when everything is right."""
    read = {"subject_read": subject.code, "lot_read": LOT, "coi_read": COI, "is_cold": "Y"}
    return {"step": step, **read, **changed}


def checked(study, subject, step):
    """An identity check both persons have confirmed."""
    read = {name: text for name, text in labels(subject).items() if name != "step"}
    check = read_labels(by=study["crc1"], subject=subject, step=step, **read)
    return confirm_identity(by=study["nurse1"], check=check, credentials_confirmed=True)
