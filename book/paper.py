"""The built book to take along: on one page, as a PDF, and as a zip.

    python -m book.paper

The one page, `_build/html/book.html`, holds the articles of all pages with their still figures, mathematics and
text; links between pages become links within it. Chromium prints it as `_build/dlbook.pdf`; without a Chromium the
page can be printed by any browser. `_build/dlbook.zip` is the folder of the built pages, the one page included.
"""

import posixpath
import shutil
import sys
from pathlib import Path
from urllib.parse import urldefrag, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile

from bs4 import BeautifulSoup

from book.contents import ROOT, docnames

STYLES = 'link[rel="stylesheet"]'
NAMES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")  # attributes that hold an id
FOOTER = '<p style="width: 100%; text-align: center; font-size: 8pt"><span class="pageNumber"></span></p>'
MINUTES = 10  # for the mathematics of the whole book to be set


def one_page(html: Path, pages: list[str]) -> str:
    """Return the articles of built pages as one page that lies beside them.

    Parameters
    ----------
    html
        The folder of the built book.
    pages
        Names of the pages, in the order wanted; the first gives title and styles.
    """
    soups = [BeautifulSoup((html / f"{page}.html").read_text("utf-8"), "html.parser") for page in pages]
    book, styles, articles = soups[0], {}, []
    for page, soup in zip(pages, soups, strict=True):
        _move_addresses(soup, page)
        styles |= {link["href"]: link for link in soup.select(STYLES)}
        articles.append(soup.select_one("article.bd-article"))
        _rename(articles[-1], page, pages)
    for tag in book.head.select(f"script, {STYLES}"):
        if tag.name == "link" or "mathjax" not in f"{tag.get('src', '')}{tag.text}".lower():
            tag.extract()
    book.head.extend(styles.values())
    book.html["data-theme"] = "light"  # which a script chooses elsewhere
    book.body.clear()
    book.body.attrs = {"class": "dl-paper"}
    book.body.append(book.new_tag("main"))
    book.main.extend(articles)
    return str(book)


def pdf(page: Path, target: Path) -> bool:
    """Print a page with Chromium, with an outline and page numbers; return whether there is one to print with."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return False
    from playwright.sync_api import sync_playwright  # belongs to the tests' tools

    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(offline=True, color_scheme="light")
        tab = context.new_page()
        tab.set_default_timeout(60_000 * MINUTES)
        tab.goto(page.as_uri())
        tab.evaluate("async () => { await window.MathJax?.startup?.promise; }")
        margin = dict(top="18mm", bottom="18mm", left="16mm", right="16mm")
        shown = dict(display_header_footer=True, header_template="<span></span>", footer_template=FOOTER)
        tab.pdf(path=target, format="A4", margin=margin, print_background=True, outline=True, tagged=True, **shown)
        browser.close()
    return True


def pack(html: Path, target: Path):
    """Put the folder of built pages into a zip, without what a build leaves for the next."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for file in sorted(html.rglob("*")):
            if file.is_file() and file.name != ".buildinfo":
                archive.write(file, Path("dlbook") / file.relative_to(html))


def _slug(page: str) -> str:
    return page.removeprefix("chapters/").replace("/", "-")


def _from_the_folder(address: str, page: str) -> str:
    """Make an address that is relative to a page relative to the folder of the book."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def _move_addresses(part, page):
    """Let files be found from the folder of the book."""
    for tag in part.find_all(src=True) + part.find_all("link", href=True):
        name = "src" if tag.has_attr("src") else "href"
        if not urlsplit(tag[name]).scheme:
            tag[name] = _from_the_folder(tag[name], page)


def _rename(article, page, pages):
    """Give each id of an article its page's name, and make links to other pages links within."""
    slug = _slug(page)
    for tag in article.find_all(id=True):
        tag["id"] = f"{slug}--{tag['id']}"
    for name in NAMES:
        for tag in article.find_all(attrs={name: True}):
            tag[name] = " ".join(f"{slug}--{one}" for one in tag[name].split())
    for link in article.find_all("a", href=True):
        if not urlsplit(link["href"]).scheme:
            file, place = urldefrag(link["href"])
            target = _from_the_folder(file, page).removesuffix(".html") if file else page
            if target in pages:
                link["href"] = f"#{_slug(target)}--{place}" if place else f"#{_slug(target)}"
            else:
                del link["href"]  # the index and the sources of pages are not on paper
    article["id"] = slug


def main() -> int:
    """Make all three from the built book."""
    build = ROOT / "_build"
    html = build / "html"
    if not html.exists():
        print("There is no built book yet: run `make book` first.")
        return 1
    page = html / "book.html"
    page.write_text(one_page(html, docnames()), encoding="utf-8")
    print(f"One page: {page}")
    if pdf(page, build / "dlbook.pdf"):
        print(f"PDF: {build / 'dlbook.pdf'}")
    else:
        print("No PDF, as there is no chromium here; any browser prints the one page.")
    pack(html, build / "dlbook.zip")
    print(f"Zip: {build / 'dlbook.zip'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
