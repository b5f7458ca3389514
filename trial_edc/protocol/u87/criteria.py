"""The 14 inclusion and 14 exclusion criteria: text, the items that decide each one, its rule in words."""

from __future__ import annotations

from trial_edc.protocol.model import Criterion
from trial_edc.protocol.words import _

CRITERIA = (
    Criterion(
        code="inc01",
        kind="inclusion",
        text=_("Age 18 to 75 years at consent."),
        reads=("dm.age",),
        rule="18 <= dm.age <= 75",
    ),
    Criterion(
        code="inc02",
        kind="inclusion",
        text=_(
            "Recurrent or metastatic cancer of the head and neck proved by histology: squamous cell"
            " carcinoma of oral cavity, oropharynx, hypopharynx or larynx, or nasopharyngeal "
            "carcinoma."
        ),
        reads=("hnc.hnsite", "hnc.hnhist", "hnc.hnrecty"),
        rule=(
            "hnc.hnhist in (Squamous cell carcinoma, Undifferentiated (NPC)) and hnc.hnsite in "
            "(Oral cavity, Oropharynx, Hypopharynx, Larynx, Nasopharynx)"
        ),
    ),
    Criterion(
        code="inc03",
        kind="inclusion",
        text=_(
            "No curative local treatment (surgery or radiotherapy) possible, in the opinion of the local tumour board."
        ),
        reads=("ie.ieorres",),
        rule="investigator judgement",
    ),
    Criterion(
        code="inc04",
        kind="inclusion",
        text=_(
            "Progression on or after at least two systemic lines for recurrent or metastatic "
            "disease, including platinum and an anti-PD-1/PD-L1 antibody (one line when both were "
            "given together)."
        ),
        reads=("prt.prtype", "prt.prreg", "prt.prsett", "prt.prline", "prt.prdisc", "prt.prpddt"),
        rule=(
            "a PRT entry of type Chemotherapy with platinum and one of type Anti-PD-1/PD-L1, "
            "prt.prpddt or prt.prdisc = PD after the last"
        ),
    ),
    Criterion(
        code="inc05",
        kind="inclusion",
        text=_("Target antigen in the tumour by the central immunohistochemistry rule."),
        reads=("ihc.ihcres", "ihc.ihcp2", "ihc.ihcp3"),
        rule="ihc.ihcres = Positive",
    ),
    Criterion(
        code="inc06",
        kind="inclusion",
        text=_(
            "At least one measurable lesion by RECIST 1.1 outside an irradiated field, or with "
            "progression shown since irradiation."
        ),
        reads=("tu.tubase", "tu.tunode", "tu.tuprirt", "tu.tuprpd"),
        rule=(
            "a TU row with tu.tubase >= 10 (node >= 15) and (tu.tuprirt = No or tu.tuprpd = Yes); "
            "at screening by judgement"
        ),
        recheck_before_ld=True,
    ),
    Criterion(
        code="inc07",
        kind="inclusion",
        text=_("ECOG performance status 0 or 1."),
        reads=("ecog.ecog",),
        rule="ecog.ecog <= 1 at screening; <= 2 before infusion",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="inc08",
        kind="inclusion",
        text=_("Life expectancy of at least 12 weeks."),
        reads=("ie.ieorres",),
        rule="investigator judgement",
        recheck_before_ld=True,
    ),
    Criterion(
        code="inc09",
        kind="inclusion",
        text=_(
            "Bone marrow: neutrophils >= 1.5, lymphocytes >= 0.5 and platelets >= 75 x10^9/L, "
            "haemoglobin >= 90 g/L, without growth factor or transfusion in the last 7 days."
        ),
        reads=("lbh.anc", "lbh.alc", "lbh.plt", "lbh.hgb", "lbh.gcsf", "lbh.transf"),
        rule=(
            "lbh.anc >= 1.5 and lbh.alc >= 0.5 and lbh.plt >= 75 and lbh.hgb >= 90 and lbh.gcsf = "
            "No and lbh.transf = None; before LD: lbh.anc >= 1.0 and lbh.plt >= 50"
        ),
        recheck_before_ld=True,
    ),
    Criterion(
        code="inc10",
        kind="inclusion",
        text=_("Liver: ALT and AST <= 3 x ULN (<= 5 x ULN with liver metastases), total bilirubin <= 1.5 x ULN."),
        reads=("lbc.alt", "lbc.ast", "lbc.bili", "hnc.hnmets"),
        rule=("lbc.alt <= 3 ULN and lbc.ast <= 3 ULN (5 ULN when hnc.hnmets has Liver) and lbc.bili <= 1.5 ULN"),
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="inc11",
        kind="inclusion",
        text=_("Kidney: creatinine clearance >= 50 mL/min (Cockcroft-Gault)."),
        reads=("lbc.crcl",),
        rule="lbc.crcl >= 50",
        recheck_before_ld=True,
    ),
    Criterion(
        code="inc12",
        kind="inclusion",
        text=_(
            "Heart and lungs: left ventricular ejection fraction >= 50 %, oxygen saturation >= 92 % without oxygen."
        ),
        reads=("ecg.lvef", "vs.spo2", "vs.o2sup"),
        rule="ecg.lvef >= 50 and vs.spo2 >= 92 and vs.o2sup = None",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="inc13",
        kind="inclusion",
        text=_(
            "Women who can become pregnant: negative serum test; effective contraception for 12 "
            "months after infusion (men too)."
        ),
        reads=("dm.sex", "dm.childpot", "lbi.preg"),
        rule="dm.childpot != Yes or lbi.preg = Negative",
        recheck_before_ld=True,
    ),
    Criterion(
        code="inc14",
        kind="inclusion",
        text=_("Written informed consent to the study and to 15 years of follow-up before any study procedure."),
        reads=("icf.icftype", "icf.icfdtc", "icf.icfwddt"),
        rule="entries Main and Long-term follow-up (15 y) with icf.icfdtc, icf.icfwddt empty",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc01",
        kind="exclusion",
        text=_("Brain metastases or leptomeningeal disease, unless treated, stable for 8 weeks and without steroids."),
        reads=("hnc.hnmets", "mh.mhcns"),
        rule="hnc.hnmets has no Brain, or investigator documents stability",
        recheck_before_ld=True,
    ),
    Criterion(
        code="exc02",
        kind="exclusion",
        text=_(
            "Seizure, stroke, dementia or another disorder of the central nervous system in the "
            "last 6 months that would hide or worsen neurotoxicity."
        ),
        reads=("mh.mhcns", "mh.mhterm", "mh.mhstdtc", "mh.mhongo"),
        rule="no MH entry with mh.mhcns = Yes, ongoing or within 6 months",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc03",
        kind="exclusion",
        text=_(
            "Autoimmune disease that needed systemic immunosuppression in the last 2 years (hormone"
            " replacement allowed)."
        ),
        reads=("mh.mhauto", "mh.mhongo", "cm.cmtrt"),
        rule="no MH entry with mh.mhauto = Yes and systemic treatment",
    ),
    Criterion(
        code="exc04",
        kind="exclusion",
        text=_(
            "Systemic corticosteroid above 10 mg prednisone a day or another immunosuppressant "
            "within 7 days before leukapheresis, before lymphodepletion or before infusion."
        ),
        reads=("cm.cmcat", "cm.cmdose", "cm.cmroute", "cm.cmstdtc", "cm.cmendtc"),
        rule="no CM entry with cm.cmcat = Corticosteroid overlapping the 7 days",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc05",
        kind="exclusion",
        text=_(
            "Active hepatitis B (HBsAg positive, or anti-HBc positive with HBV DNA detectable), "
            "hepatitis C, HIV or syphilis."
        ),
        reads=("lbi.hbsag", "lbi.hbcab", "lbi.hbvdna", "lbi.hcvab", "lbi.hivab", "lbi.syph"),
        rule=(
            "lbi.hbsag = Negative and (lbi.hbcab = Negative or lbi.hbvdna below LLOQ) and "
            "lbi.hcvab, lbi.hivab, lbi.syph = Negative"
        ),
    ),
    Criterion(
        code="exc06",
        kind="exclusion",
        text=("Uncontrolled infection, or fever >= 38.0 C within 72 hours, or intravenous anti-infectives."),
        reads=("vs.temp", "cm.cmcat", "cm.cmroute", "infx.ifdt"),
        rule="vs.temp < 38.0 and no intravenous CM entry of category Anti-infective",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc07",
        kind="exclusion",
        text=_("Another cancer in the last 3 years (except cured skin basal cell or in-situ cancer)."),
        reads=("mh.mhterm", "mh.mhendtc", "mh.mhongo"),
        rule="investigator judgement on MH entries",
    ),
    Criterion(
        code="exc08",
        kind="exclusion",
        text=_("Earlier CAR-T or other gene-modified cells, or an allogeneic transplant."),
        reads=("prt.prtype",),
        rule="no PRT entry of type Cellular therapy",
    ),
    Criterion(
        code="exc09",
        kind="exclusion",
        text=_(
            "Too short a wash-out before leukapheresis: cytotoxic or targeted therapy 14 days, "
            "anti-PD-1/PD-L1 antibody 28 days, radiotherapy 14 days (chest 28), investigational "
            "product 28 days or 5 half-lives; bridging therapy ended 7 days before lymphodepletion."
        ),
        reads=("prt.prtype", "prt.prendt", "aph.aphstdtc", "brg.brgyn", "brg.brgendt"),
        rule="aph.aphstdtc - prt.prendt >= wash-out of prt.prtype; LD day 1 - brg.brgendt >= 7",
        recheck_before_ld=True,
    ),
    Criterion(
        code="exc10",
        kind="exclusion",
        text=_(
            "Tumour around or into the carotid artery, or another high risk of haemorrhage; "
            "bleeding grade >= 3 in the last 4 weeks; anticoagulation that cannot be stopped."
        ),
        reads=("hnc.hnvess", "lbc.inr", "lbc.aptt", "lbc.fib", "cm.cmcat"),
        rule="hnc.hnvess = No or operated; lbc.inr <= 1.5 and lbc.aptt <= 1.5 ULN and lbc.fib >= 1.0",
        recheck_before_ld=True,
    ),
    Criterion(
        code="exc11",
        kind="exclusion",
        text=_("Airway in danger of obstruction by tumour swelling without tracheostomy or stent."),
        reads=("hnc.hnairway",),
        rule="hnc.hnairway != At risk of obstruction",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc12",
        kind="exclusion",
        text=_(
            "Heart disease: infarction, unstable angina or NYHA III-IV heart failure in the last 6 "
            "months; QTcF > 480 ms; uncontrolled arrhythmia."
        ),
        reads=("mh.mhterm", "mh.mhstdtc", "ecg.qtcf", "ecg.egint"),
        rule="ecg.qtcf <= 480 and no such MH entry",
        recheck_before_ld=True,
        recheck_before_infusion=True,
    ),
    Criterion(
        code="exc13",
        kind="exclusion",
        text=_("Pregnancy or breast-feeding."),
        reads=("dm.childpot", "lbi.preg"),
        rule="lbi.preg != Positive",
        recheck_before_ld=True,
    ),
    Criterion(
        code="exc14",
        kind="exclusion",
        text=_(
            "Toxicity of earlier treatment not back to grade <= 1 (alopecia, skin, fibrosis, "
            "xerostomia and stable grade 2 hypothyroidism allowed); known allergy to study drugs, "
            "DMSO or murine or other product components."
        ),
        reads=("mh.mhtoxgr", "mh.mhongo", "mh.mhterm"),
        rule="no ongoing MH entry with mh.mhtoxgr >= 2 outside the list",
        recheck_before_ld=True,
    ),
)
