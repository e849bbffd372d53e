"""Pictures: each has an alternative text, its size in inches, and is loaded when the reader comes near it."""

import re

from docutils import nodes
from PIL import Image
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

log = logging.getLogger(__name__)

OBJECT_REPR = re.compile(r"<.*>", re.DOTALL)  # "<Figure size 640x480 with 1 Axes>" describes nothing
CSS_DOTS_PER_INCH = 96


class DescribeOutputs(SphinxPostTransform):
    """Use the text output that comes with a picture as its alternative text."""

    default_priority = 3  # before myst-nb picks one output of each bundle, at 4

    def run(self):
        for bundle in self.document.findall(_is_bundle):
            texts = [form.astext().strip() for form in bundle if form["mime_type"] == "text/plain"]
            for image in bundle.findall(nodes.image):
                if texts and not OBJECT_REPR.fullmatch(texts[0]):
                    image.setdefault("alt", texts[0])


def _is_bundle(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"


class CheckPictures(SphinxPostTransform):
    """Warn of a picture without alternative text, and give the others their place on the page."""

    default_priority = 6  # after myst-nb has put glued pictures in, at 5
    formats = ("html",)

    def run(self):
        for image in self.document.findall(nodes.image):
            if not image.get("alt", "").strip():
                log.warning(
                    "picture without alternative text: end the cell with viz.describe(ax, text), or give ![text](file)",
                    location=image if image.line else self.env.docname,
                )
            image["loading"] = "lazy"


def visit_image(translator, node):
    """Write the picture with the width and height that the page keeps free for it until it is loaded."""
    size = "" if node.attributes.keys() & {"width", "height", "scale"} else _size(translator.builder, node["uri"])
    type(translator).visit_image(translator, node)
    translator.body[-1] = translator.body[-1].replace("<img ", f"<img {size}", 1)


def depart_image(translator, node):
    type(translator).depart_image(translator, node)


def _size(builder, uri):
    try:
        with Image.open(builder.srcdir / uri) as picture:
            inch = picture.info.get("dpi", (CSS_DOTS_PER_INCH, CSS_DOTS_PER_INCH))
            width, height = (round(n * CSS_DOTS_PER_INCH / dots) for n, dots in zip(picture.size, inch, strict=True))
    except OSError:  # not a bitmap: an SVG knows its own size
        return ""
    return f'width="{width}" height="{height}" '


def setup(app):
    app.add_post_transform(DescribeOutputs)
    app.add_post_transform(CheckPictures)
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
