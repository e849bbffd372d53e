"""The figure in a real browser, from a file, with the network cut."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dlbook.explorers import table
from dlbook.explorers.record import entries
from tests.explorers import figures
from tests.explorers.conftest import GLOBALS, globals_without_script, write_page

DRAWING = "figure => [...figure.querySelectorAll('.dl-view canvas:not(.dl-swatch)')].map(c => c.toDataURL()).join()"
VALUES = """id => Object.fromEntries(Object.entries(window.drawn[id].record)
  .map(([name, {shape, data}]) => [name, {shape, data: Array.from(data)}]))"""
DESCENT, SOFTMAX = "explore-descent", "explore-softmax-friends"


@pytest.fixture(scope="module")
def explorers():
    return {DESCENT: figures.descent(), SOFTMAX: figures.softmax()}


@pytest.fixture(scope="module")
def page_file(explorers, tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("page") / "figures.html", explorers.values())


def control(page, figure, label):
    return page.locator(f"#{figure}").get_by_label(label, exact=True)


def state(page, figure):
    """Return the drawing and the sentence of a figure."""
    box = page.locator(f"#{figure}")
    return box.evaluate(DRAWING), box.locator(".dl-summary").inner_text()


@pytest.mark.parametrize(
    ("figure", "label", "key"),
    [
        (DESCENT, "learning rate", "ArrowRight"),
        (DESCENT, "learning rate", "Home"),
        (DESCENT, "surface", "ArrowUp"),
        (SOFTMAX, "a", "ArrowLeft"),
        (SOFTMAX, "temperature", "ArrowDown"),
    ],
)
def test_each_control_moved_by_keyboard_changes_drawing_and_sentence(visit, figure, label, key):
    page = visit()
    other = SOFTMAX if figure == DESCENT else DESCENT
    before, others = state(page, figure), state(page, other)
    control(page, figure, label).press(key)
    after = state(page, figure)
    assert after[0] != before[0] and after[1] != before[1]
    assert state(page, other) == others


def test_all_controls_are_reached_by_tab(visit):
    page = visit()
    names, focused = [], "(e => e.labels?.[0]?.innerText || e.innerText)(document.activeElement)"
    for _ in range(11):
        page.keyboard.press("Tab")
        names.append(page.evaluate(focused))
    first = ["learning rate", "surface", "Play", "Step", "Reset", "step", "Numbers"]
    assert names == [*first, "a", "temperature", "mirrored", "Numbers"]


def test_a_slider_says_its_value_with_the_unit(visit):
    page = visit()
    slider = control(page, DESCENT, "learning rate")
    expect(slider).to_have_attribute("aria-valuetext", "0.3 per step")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "0.6 per step")
    assert page.locator(f"#{DESCENT} output").first.inner_text() == "0.6 per step"
    expect(page.locator(f"#{DESCENT} .dl-summary")).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize(
    ("figure", "positions"),
    [(DESCENT, (0, 1)), (DESCENT, (6, 0)), (DESCENT, (12, 1)), (SOFTMAX, (0, 2, 1)), (SOFTMAX, (4, 0, 0))],
)
def test_the_page_shows_the_kernels_numbers(visit, explorers, figure, positions):
    page, explorer = visit(), explorers[figure]
    for (name, chosen), position in zip(explorer.controls.items(), positions, strict=True):
        element = control(page, figure, chosen.label or name)
        element.select_option(index=position) if chosen.kind == "choice" else element.fill(str(position))
    shown, record = page.evaluate(VALUES, figure), entries(explorer.record(positions))
    assert page.locator(f"#{figure} .dl-summary").inner_text() == explorer.summary(
        positions, explorer.record(positions)
    )
    for key, slot in table.merged(s for s in explorer.slots if s.named).items():
        entry = table.quantise(record[key], 0, slot)
        got = np.reshape(np.float64(shown[key]["data"]), shown[key]["shape"])
        back = table.dequantise(entry)
        np.testing.assert_array_equal(np.isfinite(got), np.isfinite(back))
        known = np.isfinite(back)
        scale = np.log10 if slot.log else lambda v: v
        level = (float(entry.high) - float(entry.low)) / entry.levels
        assert np.abs(scale(got[known]) - scale(back[known])).max(initial=0) <= level + 1e-6 * np.abs(
            scale(back[known])
        ).max(initial=1)


def test_settings_travel_in_the_address(visit):
    page = visit()
    control(page, DESCENT, "learning rate").press("End")
    control(page, DESCENT, "surface").select_option("round")
    control(page, DESCENT, "step").fill("3")
    address, before = page.evaluate("location.hash"), state(page, DESCENT)
    assert address == "#explore-descent?learning_rate=10&surface=round&step=3"
    second = visit(address)
    assert state(second, DESCENT) == before
    assert state(second, SOFTMAX) == state(visit(), SOFTMAX)
    expect(control(second, DESCENT, "learning rate")).to_have_value("12")


@pytest.mark.parametrize(
    "fragment",
    ["#explore-descent?learning_rate=77&surface=&step=-4", "#explore-descent?%", "#explore-descent", "#a?b=c", "#?"],
)
def test_a_strange_address_shows_the_start(visit, fragment):
    assert state(visit(fragment), DESCENT) == state(visit(), DESCENT)


def test_an_address_pasted_into_the_open_page_is_followed(visit):
    page = visit()
    page.evaluate("location.hash = '#explore-softmax-friends?a=-2&temperature=4&mirrored=yes'")
    expect(control(page, SOFTMAX, "a")).to_have_attribute("aria-valuetext", "-2")
    expect(control(page, SOFTMAX, "mirrored")).to_have_value("1")


def test_step_reset_scrub_and_play(visit):
    page = visit()
    box, slider = page.locator(f"#{DESCENT}"), control(page, DESCENT, "step")
    button = lambda name: box.get_by_role("button", name=name, exact=True)  # noqa: E731
    expect(slider).to_have_value("8")
    button("Reset").click()
    expect(slider).to_have_value("0")
    first = state(page, DESCENT)[0]
    button("Step").press("Enter")
    expect(slider).to_have_attribute("aria-valuetext", "step 1 of 8")
    assert state(page, DESCENT)[0] != first
    slider.press("ArrowRight")
    expect(slider).to_have_value("2")
    button("Play").press("Space")
    expect(button("Pause")).to_be_visible()
    expect(slider).to_have_value("8")
    expect(button("Play")).to_be_visible()
    button("Play").click()  # from the end it starts again
    button("Pause").click()
    assert int(slider.input_value()) < 8


def test_changing_a_setting_keeps_the_frame(visit):
    page = visit()
    control(page, DESCENT, "step").fill("4")
    control(page, DESCENT, "learning rate").press("ArrowLeft")
    expect(control(page, DESCENT, "step")).to_have_value("4")


def test_nothing_plays_by_itself_and_reduced_motion_slows_play(visit):
    page = visit(reduced_motion="reduce")
    page.wait_for_timeout(400)
    slider = control(page, DESCENT, "step")
    expect(slider).to_have_value("8")
    page.locator(f"#{DESCENT}").get_by_role("button", name="Play").click()
    page.wait_for_timeout(700)
    expect(slider).to_have_value("0")


def test_without_script_the_picture_and_the_numbers_stand(visit):
    page = visit(java_script_enabled=False)
    box = page.locator(f"#{DESCENT}")
    expect(box.get_by_role("img", name=re.compile("On the valley surface with rate 0.3"))).to_be_visible()
    expect(box.get_by_role("row", name=re.compile("^path, start and end"))).to_be_visible()
    expect(box.locator("input, select, button")).to_have_count(0)
    assert page.locator("img").first.bounding_box()["height"] > 100


def test_print_shows_the_picture_and_the_numbers(visit):
    page = visit()
    still, live = page.locator(f"#{DESCENT} .dl-still"), page.locator(f"#{DESCENT} .dl-live")
    expect(still).to_be_hidden()
    page.emulate_media(media="print")
    expect(still.locator("table").first).to_be_visible()
    expect(live).to_be_hidden()


def test_the_numbers_follow_the_settings(visit):
    page = visit()
    page.locator(f"#{SOFTMAX} details summary").press("Enter")
    cell = page.locator(f"#{SOFTMAX} details").get_by_role("row", name=re.compile("^dog"))
    assert cell.inner_text().split() == ["dog", "0.8668"]
    control(page, SOFTMAX, "a").fill("2")  # the value 0: all three are equally likely
    assert cell.inner_text().split() == ["dog", "0.3333"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1000])
def test_axe_finds_nothing(visit, theme, width):
    page = visit(viewport=dict(width=width, height=800))
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.wait_for_timeout(100)
    found = Axe().run(page, options=dict(preload=False))  # it would fetch the style sheet, which a file may not
    assert not found.response["violations"], found.generate_report()


def test_dark_mode_redraws(visit):
    page = visit()
    before = state(page, DESCENT)[0]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"before => ({DRAWING})(document.getElementById('{DESCENT}')) !== before", arg=before)


@pytest.mark.parametrize("script", [True, False])
def test_a_phone_does_not_scroll_sideways(visit, browser, script):
    page = visit(viewport=dict(width=375, height=700), java_script_enabled=script)
    boxes = [page.locator(f"#{figure}").bounding_box() for figure in (DESCENT, SOFTMAX)]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes)
    if script:
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        inner = "box => [...box.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 375).length"
        assert page.locator(f"#{DESCENT}").evaluate(inner) == page.locator(f"#{SOFTMAX}").evaluate(inner) == 0


def test_drawings_are_as_sharp_as_the_screen(visit):
    page = visit(device_scale_factor=3)
    width, shown = page.locator("canvas").first.evaluate("canvas => [canvas.width, canvas.clientWidth]")
    assert width == 3 * shown


def test_the_script_leaves_no_globals(visit, page_file, browser):
    assert set(visit().evaluate(GLOBALS)) - globals_without_script(page_file.parent, browser) == {"drawn"}


def test_a_damaged_table_leaves_the_still_picture(visit, page_file, browser):
    broken = page_file.with_name("broken.html")
    broken.write_text(
        re.sub(
            r'"records":\{(.*?)"data":"..', r'"records":{\1"data":"AA', page_file.read_text("utf-8"), flags=re.DOTALL
        ),
        "utf-8",
    )
    page = browser.new_page()
    page.goto(broken.as_uri())
    page.wait_for_timeout(300)
    expect(page.locator(f"#{DESCENT} img")).to_be_visible()
    expect(page.locator(f"#{DESCENT} .dl-live")).to_have_count(0)
    page.close()
