"""Worksheets in the browser: the scan of month 6 (A9), and a blood count entered in the grid."""

from playwright.sync_api import expect

from assessments.laboratory_defaults import write_defaults
from assessments.selectors import responses_that_differ
from tests import scenarios
from tests.assessments.tumour_case import day, tumour_subject
from tests.journeys.browser import TABLET, check_page, idle, keyboard
from trial_edc.audit.context import audited
from trial_edc.casebook.reader import read


def test_a_scan_is_entered_and_overruled_with_its_reason(desk, people):
    study = scenarios.study()
    subject = tumour_subject(study)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/tumour/", headers={"X-Test-Idle": "3600"})
    expect(page.get_by_test_id("recist-sum-m3")).to_have_text("46 mm")

    type_scan(page, study)

    expect(page.get_by_test_id("recist-sum-m6")).to_have_text("53 mm")
    expect(page.get_by_test_id("recist-baseline-m6")).to_have_text("−49.0 %")
    expect(page.get_by_test_id("recist-nadir-m6")).to_have_text("+15.2 % +7 mm")
    expect(page.get_by_test_id("recist-target-m6")).to_have_text("PR")
    expect(page.get_by_test_id("recist-derived-m6")).to_have_text("PD")
    expect(page.get_by_test_id("draft-state")).to_contain_text("Draft kept")
    check_page(page)

    keyboard(page, "Control+s")
    expect(page.get_by_test_id("summary")).to_contain_text("Investigator PR differs from calculated PD at M6.")
    assert read(subject).record("m6", "rs").rsinv is None
    assert responses_that_differ([subject.site_id]) == []
    check_page(page)

    page.locator('[name="rs.rsinvrs"]').fill("The liver lesion is a haemangioma.")
    keyboard(page, "Control+s")
    expect(page.get_by_test_id("summary")).to_have_text("Saved.")
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    check_page(page)

    response = read(subject).record("m6", "rs")
    assert (response.rsinv, response.rsovrl) == ("PR", "PD")
    assert [one.visit for one in responses_that_differ([subject.site_id])] == ["m6"]


def type_scan(page, study):
    """Type the scan of month 6: four diameters, two statuses, a new lesion, the investigator's response."""
    page.locator("[name=scan_on]").fill(day(study, 180))
    page.locator('[name="cell.1"]').fill("24")
    for text in ("13", "11", "TS"):
        page.keyboard.press("Enter")
        page.keyboard.type(text)
    for name, value in (("nt.ntstat.1", "ABSENT"), ("nt.ntstat.2", "PRESENT"), ("nt.nlyn", "UNEQUIVOCAL")):
        page.locator(f'[name="{name}"]').select_option(value)
    for name, value in (("nlloc", "Liver, segment VI, CT"), ("nldt", day(study, 180)), ("nlsize", "14")):
        page.locator(f'[name="nt.{name}.1"]').fill(value)
    page.locator('[name="nt.nlaxis.1"]').select_option("LONGEST")
    page.locator('[name="rs.rsclin"]').select_option("N")
    page.locator('[name="rs.rsinv"]').select_option("PR")
    idle(page)


def test_a_blood_count_is_entered_in_the_grid(desk, people):
    study = scenarios.study()
    with audited(by=study["dm1"], reason="Ranges of the laboratories"):
        write_defaults(study.sites)
    subject = scenarios.infused_subject(study)
    on = day(study, 180 - 2)
    page = desk.sign_in("crc1", path=f"/subjects/{subject.code}/labs/?visit=d7", headers={"X-Test-Idle": "3600"})

    page.locator('[name="lbh.lbdtc"]').fill(f"{on} 08:00")
    page.locator('[name="lbh.lblab"][value=L101]').check()
    page.locator('[name="lbh.wbc"]').fill("1.1")
    for text in ("0.32", "0.4", "92", "61"):
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.type") == "radio":
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    keyboard(page, "Control+s")

    expect(page.get_by_test_id("facts-lbh.anc")).to_contain_text("L · G4")
    assert read(subject).record("d7", "lbh").anc is not None
    check_page(page)
