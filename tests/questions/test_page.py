"""The form in a real browser, from a file, with the network cut."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.explorers.conftest import GLOBALS, globals_without_script
from tests.questions.conftest import loss, network, share, slope


def form(page, question):
    return page.locator(f"#{question.name}")


def said(page, question, reply):
    """Type a reply, press Enter and return what is said."""
    box = form(page, question)
    box.get_by_role("textbox").fill(reply)
    box.get_by_role("textbox").press("Enter")
    return box.get_by_role("status").inner_html()


@pytest.mark.parametrize(
    ("question", "replies"),
    [
        (network(), ["26", "20", "25", "26.0", "x", ""]),
        (loss(), ["1.39", "1.3863 nats", "1.38", "2", "2.0", "0.25", "1/4", ".2504", "nats", "-1.39"]),
        (share(), ["25 %", "25", "25%", "0.25", "1/4", "50/2"]),
    ],
    ids=["network", "loss", "share"],
)
def test_the_page_judges_as_python_does(visit, question, replies):
    page = visit()
    normal = "html => { const span = document.createElement('span'); span.innerHTML = html; return span.innerHTML }"
    for reply in replies:
        assert said(page, question, reply) == page.evaluate(normal, question.judge(reply)), reply


def test_a_choice_is_made_and_checked_by_keyboard(visit):
    page, question = visit(), slope()
    box = form(page, question)
    box.get_by_role("radio").first.focus()
    page.keyboard.press("Enter")
    expect(box.get_by_role("status")).to_have_text("Choose one of the answers.")
    page.keyboard.press("Space")
    for place, text in enumerate(question.choices):
        if place:
            page.keyboard.press("ArrowDown")
        expect(box.get_by_role("status")).to_be_empty()
        page.keyboard.press("Enter")
        expect(box.get_by_role("status")).to_contain_text("Right." if text == "`relu`" else "Not yet.")


def test_the_tab_key_goes_through_a_form(visit):
    page, names = visit(), []
    form(page, loss()).get_by_role("textbox").focus()
    for _ in range(3):
        names.append(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText"))
        page.keyboard.press("Tab")
    assert names == ["What is the loss?", "Check", "Answer"]


def test_another_reply_takes_the_verdict_away(visit):
    page = visit()
    said(page, network(), "20")
    form(page, network()).get_by_role("textbox").press("1")
    expect(form(page, network()).get_by_role("status")).to_be_empty()


def test_a_verdict_stays_in_its_form_and_is_forgotten(visit):
    page = visit()
    said(page, network(), "20")
    expect(form(page, loss()).get_by_role("status")).to_be_empty()
    page.reload()
    expect(form(page, network()).get_by_role("status")).to_be_empty()
    expect(form(page, network()).get_by_role("textbox")).to_have_value("")
    assert "#" not in page.url and "?" not in page.url


def test_a_wrong_reply_does_not_tell_the_answer(visit):
    page = visit()
    said(page, network(), "20")
    assert "26" not in form(page, network()).inner_text()
    form(page, network()).get_by_text("Answer").press("Enter")
    assert "26" in form(page, network()).inner_text()


def test_without_script_the_choices_and_the_answer_stand(visit):
    page = visit(java_script_enabled=False)
    for question in (network(), slope()):
        expect(form(page, question).locator("input:visible, button:visible, output:visible")).to_have_count(0)
        form(page, question).get_by_text("Answer").click()
    expect(form(page, network()).locator("details p").first).to_have_text("26")
    expect(form(page, slope()).get_by_text("sigmoid")).to_be_visible()
    expect(form(page, slope()).locator("details").get_by_text("Its slope is 1.")).to_be_visible()


def test_on_paper_there_is_nothing_to_fill_in(visit):
    page = visit()
    said(page, network(), "20")
    page.emulate_media(media="print")
    expect(page.locator("input:visible, button:visible, output:visible")).to_have_count(0)
    expect(form(page, network()).locator("label")).to_be_visible()
    expect(form(page, slope()).get_by_text("sigmoid")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1000])
def test_axe_finds_nothing(visit, theme, width):
    page = visit(viewport=dict(width=width, height=800))
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    said(page, network(), "26")
    said(page, loss(), "2")
    said(page, share(), "x")
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    found = Axe().run(page, options=dict(preload=False))  # it would fetch the style sheet, which a file may not
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_script_leaves_no_globals(visit, page_file, browser):
    assert set(visit().evaluate(GLOBALS)) == globals_without_script(page_file.parent, browser)
