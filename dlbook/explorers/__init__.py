"""Interactive figures: one description, drawn by ipywidgets in a kernel and by the page's own runtime in the book.

Read `explorer` first, then `controls` and `views`; `steps` is a kernel that is shown while it runs, `sentence` the
words below.  `compiled`, `table` and `page` make the page's form, `widget` the kernel's.
"""

from dlbook.explorers.controls import Choice, Range, Seed
from dlbook.explorers.explorer import Explorer
from dlbook.explorers.own_data import Drawing, Points
from dlbook.explorers.steps import Steps
from dlbook.explorers.typed import Typed
from dlbook.explorers.views import Bars, Characters, Curve, Graph, Images, Matrix, Plane, Ranking, Scatter

__all__ = [
    "Bars",
    "Characters",
    "Choice",
    "Curve",
    "Drawing",
    "Explorer",
    "Graph",
    "Images",
    "Matrix",
    "Plane",
    "Points",
    "Range",
    "Ranking",
    "Scatter",
    "Seed",
    "Steps",
    "Typed",
]
