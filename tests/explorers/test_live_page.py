"""Live figures in a real browser, from a file, with the network cut: the page computes what JAX computes."""

import base64
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from dlbook.explorers.sentence import written
from tests.explorers import figures
from tests.explorers.conftest import write_page
from tests.explorers.test_page import VALUES, control, state

GATE, WAVE, DIVERGE = "explore-gate", "explore-wave", "explore-diverge"
FINISHED = "id => document.querySelector(`#${id} .dl-summary`).getAttribute('aria-busy') === 'false'"


@pytest.fixture(scope="module")
def explorers():
    return {GATE: figures.gate(), WAVE: figures.wave(), DIVERGE: figures.divergence()}


@pytest.fixture(scope="module")
def page_file(explorers, tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("live") / "figures.html", explorers.values())


def move(page, figure, label, position):
    """Set a control of a figure at rest, and wait for the last frame of what follows."""
    page.wait_for_function("id => window.drawn?.[id]", arg=figure)
    page.wait_for_function(FINISHED, arg=figure)
    target, drawn = control(page, figure, label), page.evaluate("id => window.drawn[id].count", figure)
    kind = target.evaluate("input => input.type")
    target.select_option(index=position) if kind == "select-one" else target.fill(str(position))
    target.blur()
    page.wait_for_function("([id, n]) => window.drawn[id].count > n", arg=[figure, drawn])
    page.wait_for_function(FINISHED, arg=figure)


def shown(page, figure):
    values = page.evaluate(VALUES, figure)
    return {name: np.reshape(np.float64(entry["data"]), entry["shape"]) for name, entry in values.items()}


@pytest.mark.parametrize(
    "settings", [{}, {"learning rate": 25, "scale": 3}, {"seed": 41, "sign only": 1, "learning rate": 2}]
)
def test_the_page_trains_as_jax_does(visit, explorers, settings):
    page, explorer = visit(), explorers[GATE]
    page.wait_for_function(FINISHED, arg=GATE)
    for label, position in settings.items():
        move(page, GATE, label, position)
    labels = [control.label or name for name, control in explorer.controls.items()]
    positions = [settings.get(label, start) for label, start in zip(labels, explorer.start, strict=True)]
    record = explorer.record(positions)
    for name, got in shown(page, GATE).items():
        np.testing.assert_allclose(got[:3], record[name][:3], rtol=1e-4, atol=1e-5, err_msg=name)
        assert got.shape == record[name].shape and np.isfinite(got).all()


@pytest.mark.parametrize("place", [0, 77, 100])
def test_the_page_calls_what_jax_calls(visit, explorers, place):
    page, explorer = visit(), explorers[WAVE]
    move(page, WAVE, "a", place)
    record = explorer.record((place, 5, 0))
    for name, got in shown(page, WAVE).items():
        np.testing.assert_allclose(got, record[name], rtol=1e-4, atol=1e-5, err_msg=name)
    assert page.locator(f"#{WAVE} .dl-summary").inner_text() == explorer.summary((place, 5, 0), record)


def test_each_figure_says_how_far_it_is_from_jax(visit):
    page = visit()
    for figure in (GATE, WAVE):
        text = page.locator(f"#{figure} .dl-badge").inner_text()
        found = re.search(
            r"book's own function \((\d+) kB\); its first numbers (equal|differ from JAX's by at most (\S+)\.)", text
        )
        assert int(found[1]) < 64 and float(found[3] or 0) < 1e-5


def test_numbers_are_written_as_in_python(visit, page_file, browser):
    """The page's formats against the package's, over many numbers and all formats."""
    random = np.random.default_rng(0)
    numbers = [
        *(random.normal(size=200) * 10.0 ** random.integers(-9, 9, 200)),
        0.125,
        2.5,
        -0.5,
        0,
        1e22,
        -1e-7,
        99999.5,
    ]
    forms = [".0f", ".2f", "+.3f", ".2g", ".4g", "g", "+.1g", ".1e", "e", ".0%", ".2%", "d", "+d"]
    script = (
        (page_file.parent / "explorer.js")
        .read_text("utf-8")
        .replace("function startAll()", "window.written = written;\nfunction startAll()")
    )
    page = browser.new_page()
    page.add_script_tag(content=script)
    got = page.evaluate(
        "([values, forms]) => values.map(v => forms.map(f => window.written(v, f)))", [list(map(float, numbers)), forms]
    )
    page.close()
    assert got == [[written(float(value), form) for form in forms] for value in numbers]


def test_a_scrubbed_frame_has_its_own_sentence_and_numbers(visit, explorers):
    page, explorer = visit(), explorers[GATE]
    page.wait_for_function(FINISHED, arg=GATE)
    record = explorer.record(explorer.start)
    for frame in (0, 1, 2):
        control(page, GATE, "step").fill(str(frame))
        assert page.locator(f"#{GATE} .dl-summary").inner_text() == explorer.summary(explorer.start, record, frame)
    page.locator(f"#{GATE} details summary").click()
    row = page.locator(f"#{GATE} details").get_by_role("row", name=re.compile("^x")).last
    assert [float(cell) for cell in row.inner_text().split()[1:]] == pytest.approx(record["w"][2, 0].tolist(), rel=1e-3)


def test_a_figure_trains_without_disturbing_its_neighbour(visit):
    page = visit()
    page.wait_for_function(FINISHED, arg=WAVE)
    before, count = state(page, WAVE), page.evaluate("id => window.drawn[id].count", WAVE)
    move(page, GATE, "seed", 12)
    assert state(page, WAVE) == before and page.evaluate("id => window.drawn[id].count", WAVE) == count


def test_settings_of_a_live_figure_travel_in_the_address(visit):
    page = visit()
    page.wait_for_function(FINISHED, arg=GATE)
    move(page, GATE, "seed", 123)
    move(page, GATE, "learning rate", 30)
    address = page.evaluate("location.hash")
    assert re.fullmatch(r"#explore-gate\?learning_rate=3\.2&scale=1&flat=no&seed=123&step=300", address)
    second = visit(address)
    second.wait_for_function(FINISHED, arg=GATE)
    assert state(second, GATE) == state(page, GATE)


def test_the_next_seed_is_one_key_away_and_a_wrong_one_is_mended(visit):
    page = visit()
    seed = control(page, GATE, "seed")
    page.locator(f"#{GATE}").get_by_role("button", name="next seed").press("Enter")
    expect(seed).to_have_value("4")
    seed.fill("4000")
    seed.blur()
    expect(seed).to_have_value("999")


def test_frames_that_arrive_leave_a_number_alone_while_it_is_typed(visit):
    page = visit()
    seed = control(page, GATE, "seed")
    seed.fill("12")
    rate = control(page, GATE, "learning rate")
    rate.evaluate("rate => { rate.value = 30; rate.dispatchEvent(new Event('input')); }")  # new frames; the focus stays
    page.wait_for_function(FINISHED, arg=GATE)
    expect(seed).to_have_value("12")
    seed.press("Enter")
    page.wait_for_function(FINISHED, arg=GATE)
    expect(seed).to_have_value("12")
    assert "seed=12&" in page.evaluate("location.hash")


def test_numbers_that_are_not_finite_are_said_and_drawn(visit):
    page = visit()
    move(page, WAVE, "kind", 1)
    summary = page.locator(f"#{WAVE} .dl-summary")
    assert "not a number at the left. Gaps in the picture" in summary.inner_text()
    move(page, WAVE, "kind", 0)
    assert "Gaps" not in summary.inner_text()


def test_a_divergence_is_said_with_its_frame(visit, explorers):
    page, summary = visit(), f"#{DIVERGE} .dl-summary"
    page.wait_for_function(FINISHED, arg=DIVERGE)
    assert page.locator(summary).inner_text() == repr(explorers[DIVERGE])
    move(page, DIVERGE, "rate", 0)
    assert "finite" not in page.locator(summary).inner_text()


# Holds back the drawing of one setting until the next is asked for; returns whether what is drawn then is known.
LATE = """async ([id, name]) => {
  const input = document.getElementById(`${id}-${name}`), drawings = [], plain = requestAnimationFrame;
  const move = at => { input.value = at, input.dispatchEvent(new Event("input")); };
  const known = [];
  document.getElementById(id).addEventListener("dl-draw", ({ detail }) =>
    known.push(Object.values(detail.record).every(({ data }) => data.some(isFinite))));
  window.requestAnimationFrame = draw => drawings.push(draw);
  move(10);
  while (!drawings.length) await new Promise(done => setTimeout(done, 5));
  move(20);
  drawings.forEach(draw => draw());
  window.requestAnimationFrame = plain;
  move(30);
  while (!known.length) await new Promise(done => setTimeout(done, 5));
  return known;
}"""


def test_a_record_is_not_drawn_before_it_is_known(visit):
    page = visit()
    page.wait_for_function(FINISHED, arg=WAVE)
    assert all(page.evaluate(LATE, [WAVE, "a"]))


def test_many_quick_moves_end_at_the_last(visit, explorers):
    page = visit()
    for figure, label, last in ((WAVE, "a", 100), (GATE, "learning rate", 30)):
        page.wait_for_function(FINISHED, arg=figure)
        slider = control(page, figure, label)
        slider.evaluate(
            """(input, last) => {
              for (let i = 0; i <= last; i++) input.value = i, input.dispatchEvent(new Event("input"));
            }""",
            last,
        )
    page.wait_for_timeout(200)
    page.wait_for_function(FINISHED, arg=GATE)
    record = explorers[WAVE].record((100, 5, 0))
    np.testing.assert_allclose(shown(page, WAVE)["mean"], record["mean"], rtol=1e-4, atol=1e-5)
    record = explorers[GATE].record((30, 9, 0, 3))
    np.testing.assert_allclose(shown(page, GATE)["loss"][:3], record["loss"][:3], rtol=1e-4)


def test_the_first_frame_comes_at_once_and_the_page_stays_free(visit):
    """Within 50 ms on an idle machine; here with room for a busy one, as the median of ten moves."""
    page = visit()
    page.wait_for_function(FINISHED, arg=GATE)
    waits, longest = page.evaluate(
        """async id => {
          let longest = 0;
          new PerformanceObserver(list => list.getEntries().forEach(task => longest = Math.max(longest, task.duration)))
            .observe({ entryTypes: ["longtask"] });
          const input = document.getElementById(id + "-learning_rate"), waits = [];
          const once = { capture: true, once: true };
          for (let i = 0; i < 10; i++) {
            const start = performance.now(), drawn = new Promise(resolve => addEventListener("dl-draw", resolve, once));
            input.value = 20 + i, input.dispatchEvent(new Event("input"));
            await drawn;
            waits.push(performance.now() - start);
            await new Promise(resolve => setTimeout(resolve, 60));
          }
          return [waits.sort((a, b) => a - b), longest];
        }""",
        GATE,
    )
    assert waits[5] < 150 and longest < 250, (waits, longest)


def damaged(page_file, name, change):
    """Return the address of a copy of the page whose first figure was changed."""
    text = page_file.read_text("utf-8")
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    spec = json.loads(found[1])
    change(spec)
    file = page_file.with_name(name)
    file.write_text(text[: found.start(1)] + json.dumps(spec) + text[found.end(1) :], "utf-8")
    return file.as_uri()


def wrong_proof(spec):
    values = np.frombuffer(base64.b64decode(spec["live"]["proof"]["values"]), "<f4").copy()
    values[5] += 0.01
    spec["live"]["proof"]["values"] = base64.b64encode(values.tobytes()).decode()


def truncated(spec):
    spec["live"]["wasm"] = spec["live"]["wasm"][:400]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (wrong_proof, r"Shown as a picture: its first numbers differ from the book's by \d\.\de-\d"),
        (truncated, "Shown as a picture: "),
    ],
)
def test_a_figure_that_cannot_be_trusted_stays_a_picture(browser, page_file, change, words):
    page = browser.new_page()
    page.goto(damaged(page_file, f"{change.__name__}.html", change))
    badge = page.locator(f"#{GATE} .dl-badge")
    expect(badge).to_contain_text(re.compile(words))
    expect(page.locator(f"#{GATE} img")).to_be_visible()
    expect(page.locator(f"#{GATE} .dl-live")).to_have_count(0)
    expect(page.locator(f"#{WAVE} .dl-live")).to_be_visible()
    page.close()


@pytest.mark.parametrize("lack", ["WebAssembly.validate = () => false", "delete globalThis.WebAssembly"])
def test_a_browser_without_simd_or_webassembly_gets_the_picture_with_a_sentence(browser, page_file, lack):
    page = browser.new_page()
    page.add_init_script(lack)
    page.goto(page_file.as_uri())
    expect(page.locator(f"#{GATE} .dl-badge")).to_have_text(
        "Shown as a picture: this browser cannot run WebAssembly with SIMD instructions."
    )
    expect(page.locator(f"#{GATE} img")).to_be_visible()
    page.close()
