"""Interactive figures: one description, drawn by ipywidgets in a kernel and by the page's own runtime in the book.

Read `explorer` first, then `controls` and `views`; `table` and `page` make the page's form, `widget` the kernel's.
"""

from dlbook.explorers.controls import Choice, Range
from dlbook.explorers.explorer import Explorer
from dlbook.explorers.views import Bars, Curve, Images, Plane, Scatter

__all__ = ["Bars", "Choice", "Curve", "Explorer", "Images", "Plane", "Range", "Scatter"]
