import pytest

from dlbook.questions.text import checked, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("is $a<b$?", 'is <span class="math notranslate nohighlight">\\(a&lt;b\\)</span>?'),
        ("call `f(x)` or `<`", "call <code>f(x)</code> or <code>&lt;</code>"),
        ("`a$b` costs", "<code>a$b</code> costs"),
        ("*no* [markdown](x)", "*no* [markdown](x)"),
    ],
)
def test_formulas_and_code_are_marked_and_all_else_is_escaped(text, html):
    assert to_html(text) == html


def test_line_ends_and_runs_of_spaces_become_one_space():
    assert checked("Number", "why", " two\n      lines ") == "two lines"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Number: why must be a text, got ''"),
        (" \n", "Number: why must be a text"),
        (3, "Number: why must be a text, got 3"),
        ("costs $5", r"Number: why must have each \$ in pairs, got 'costs \$5'"),
        ("a ` b", "Number: why must have each ` in pairs"),
        ("$a$ and $b", r"each \$ in pairs"),
    ],
)
def test_what_is_no_text_is_refused(text, message, as_reader):
    with pytest.raises(ValueError, match=message):
        checked("Number", "why", text)
