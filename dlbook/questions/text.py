"""The words of a question: plain text with formulas in dollars and code in backticks."""

import html
import re

MARKUP = re.compile(r"`([^`]+)`|\$([^$]+)\$")


def to_html(text: str) -> str:
    r"""Return a text as HTML whose formulas MathJax finds.

    Examples
    --------
    >>> to_html("Is `a<b` if $b>1$?")
    'Is <code>a&lt;b</code> if <span class="math notranslate nohighlight">\\(b&gt;1\\)</span>?'
    """
    parts, at = [], 0
    for match in MARKUP.finditer(text):
        parts += [html.escape(text[at : match.start()]), _marked(*match.groups())]
        at = match.end()
    return "".join([*parts, html.escape(text[at:])])


def _marked(code: str | None, formula: str | None) -> str:
    if code:
        return f"<code>{html.escape(code)}</code>"
    return f'<span class="math notranslate nohighlight">\\({html.escape(formula)}\\)</span>'


def checked(where: str, name: str, text: str) -> str:
    """Return a text with single spaces.

    Raises
    ------
    ValueError
        If the text is empty, is no string, or has a dollar or a backtick without its partner.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{where}: {name} must be a text, got {text!r}.")
    if stray := re.search(r"[`$]", MARKUP.sub("", text)):
        raise ValueError(f"{where}: {name} must have each {stray[0]} in pairs, got {text!r}.")
    return " ".join(text.split())
