import jax.numpy as jnp
import numpy as np
import pytest
from playwright.sync_api import expect

from dlbook.explorers import Characters, Explorer, Typed
from tests.explorers.conftest import write_page
from tests.explorers.test_compiled import machine_of

ECHO = "explore-echo"
SYMBOLS = "abc d"


def echo(mine):
    used = mine >= 0
    return dict(tokens=mine, number=used.sum(), last=jnp.where(used, mine, 0)[used.sum() - 1])


def explorer(**changes) -> Explorer:
    arguments = dict(
        controls=dict(mine=Typed("bad cab", symbols=SYMBOLS, capacity=9, label="my text")),
        views=[Characters("tokens", symbols=SYMBOLS)],
        title="Echo",
        describe="{mine} has {number:d} characters, the last is number {last:d}.",
    )
    return Explorer(echo, **(arguments | changes))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("typed") / "figures.html", [explorer()])


def test_a_text_reaches_the_kernel_in_a_fixed_shape():
    typed = Typed("ab", symbols=SYMBOLS, capacity=4)
    assert typed.argument("c d").tolist() == [2, 3, 4, -1]
    assert typed.argument("xaxbxcxaxbx").tolist() == [0, 1, 2, 0] and typed.kept("xaxbxcxaxbx") == "abca"
    assert typed.text("c d") == "“c d”"


def test_the_compiled_kernel_takes_a_text():
    figure = explorer()
    machine, _ = machine_of(figure)
    machine.write("settings['mine']", figure.arguments(("d a",))["mine"])
    machine.call("call")
    assert machine.read("record['number']") == 3 and machine.read("record['last']") == 0
    assert figure.summary(("d a",), figure.record(("d a",))) == "“d a” has 3 characters, the last is number 0."


def test_the_widget_keeps_what_may_be_typed():
    box = explorer().widget()
    (line,) = box.children[1].children
    assert line.value == line.line.value == "bad cab" and line.said.value == ""
    line.line.value = "zdz cz"
    assert line.value == "d c" and box.children[-1].value == "“d c” has 3 characters, the last is number 2."
    assert "known here: “z”." in line.said.value and line.line.value == "zdz cz"
    line.line.value = "a" * 20
    assert "has 9 characters" in box.children[-1].value and "first 9 characters" in line.said.value
    line.line.value = ""
    assert "has 9 characters" in box.children[-1].value and "at least one" in line.said.value


def test_the_page_answers_each_key(visit):
    page = visit()
    line = page.locator(f"#{ECHO}").get_by_label("my text")
    summary = page.locator(f"#{ECHO} .dl-summary")
    expect(line).to_have_value("bad cab")
    line.press("End")
    line.press("z")
    line.press("d")
    expect(line).to_have_value("bad cabzd")
    expect(summary).to_have_text("“bad cabd” has 8 characters, the last is number 4.")
    tokens = page.evaluate(f"Array.from(window.drawn['{ECHO}'].record.tokens.data)")
    np.testing.assert_array_equal(tokens, explorer().controls["mine"].argument("bad cabd"))
    second = visit(page.evaluate("location.hash"))
    expect(second.locator(f"#{ECHO}").get_by_label("my text")).to_have_value("bad cabd")
    line.press_sequentially("aaaa")
    expect(summary).to_contain_text("has 9 characters")


def test_what_is_not_taken_is_said_and_stays(visit):
    page, typed = visit(), explorer().controls["mine"]
    line, said = page.locator(f"#{ECHO}").get_by_label("my text"), page.locator(f"#{ECHO} .dl-said")
    for text in ("bé̱a ü é", "zzz", "", "a" * 12, "z" + "d" * 10 + "\t", "a b"):
        line.fill(text)
        expect(said).to_have_text(typed.complaint(text), use_inner_text=False)
        expect(line).to_have_attribute("aria-invalid", "false" if text == "a b" else "true")
        expect(line).to_have_value(text)
        if typed.kept(text):
            expect(page.locator(f"#{ECHO} .dl-summary")).to_contain_text(f"“{typed.kept(text)}”")
    assert line.get_attribute("aria-describedby") == said.get_attribute("id")
    line.fill("za")
    line.press("Home")
    line.press("b")
    assert line.evaluate("line => line.selectionStart") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bad", ""),
        ("bxayx", "Left out, as not among the 5 characters known here: “x” “y”."),
        ("a" * 5, "Only the first 4 characters are taken."),
        ("", "Type at least one character; until then the last text stays."),
    ],
)
def test_a_text_that_is_not_taken_as_it_is_is_complained_of(text, said):
    assert Typed("ab", symbols=SYMBOLS, capacity=4).complaint(text) == said


def test_an_empty_line_waits_and_is_mended_when_left(visit):
    page = visit()
    line = page.locator(f"#{ECHO}").get_by_label("my text")
    line.fill("")
    drawn = page.evaluate(f"window.drawn['{ECHO}'].count")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")  # draws again
    page.wait_for_function(f"window.drawn['{ECHO}'].count > {drawn}")
    expect(line).to_have_value("")
    expect(page.locator(f"#{ECHO} .dl-summary")).to_contain_text("“bad cab”")
    line.blur()
    expect(line).to_have_value("bad cab")


@pytest.mark.parametrize("fragment", ["mine=xyz", "mine=", "mine=aaaaaaaaaaaa", "other=1"])
def test_strange_text_in_the_address_is_not_taken(visit, fragment):
    page = visit(f"#{ECHO}?{fragment}")
    expect(page.locator(f"#{ECHO} .dl-summary")).to_contain_text("“bad cab” has 7")


@pytest.mark.parametrize("start", ["", "abz", "a" * 61])
def test_bad_starts_are_refused(start):
    with pytest.raises(ValueError, match="Typed: start must be 1 to 60 characters from the 5 symbols, got"):
        Typed(start, symbols=SYMBOLS)


def test_a_text_needs_a_template():
    with pytest.raises(ValueError, match="mine has no list of values, so describe must be a template"):
        explorer(describe=lambda settings, record: "x")
