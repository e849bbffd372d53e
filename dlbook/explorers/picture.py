"""The still picture: all views of one record, side by side, drawn by Matplotlib."""

import io

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from dlbook.viz import style

IN_A_ROW = 3
WIDTH, HEIGHT = 3.4, 2.9  # inches of one view
LEFT, RIGHT, BOTTOM, TOP = 0.62, 0.12, 0.5, 0.32  # inches round its axes, fixed: Matplotlib's layouts draw twice
STYLE = {**style.STYLE, "font.size": 9.5, "axes.titlesize": 9.5}


def picture(views, record: dict, frame) -> bytes:
    """Return the views of `record` at `frame` as PNG."""
    file = io.BytesIO()
    _canvas(views, record, frame, dpi=100, draw=lambda canvas: canvas.print_png(file, metadata={"Software": None}))
    return file.getvalue()


def still(views, record: dict, frame) -> bytes:
    """Return the views as WebP: sharp enough for print, in a quarter of the bytes of a PNG."""
    file = io.BytesIO()
    _canvas(views, record, frame, dpi=160, draw=lambda canvas: canvas.print_webp(file, pil_kwargs={"quality": 80}))
    return file.getvalue()


def _canvas(views, record, frame, *, dpi: int, draw):
    """Lay the views out side by side and call `draw(canvas)` while the book's style is on."""
    columns = min(len(views), IN_A_ROW)
    rows = -(-len(views) // columns)
    size = (WIDTH * columns, HEIGHT * rows)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, dpi=dpi)
        for i, view in enumerate(views):
            corner = (WIDTH * (i % columns), HEIGHT * (rows - 1 - i // columns))
            view.draw(figure.add_axes(_box(corner, size)), record, frame)
        draw(FigureCanvasAgg(figure))


def _box(corner, size) -> tuple[float, float, float, float]:
    """Return the axes' left, bottom, width and height as shares of the figure."""
    (x, y), (w, h) = corner, size
    return (x + LEFT) / w, (y + BOTTOM) / h, (WIDTH - LEFT - RIGHT) / w, (HEIGHT - BOTTOM - TOP) / h
