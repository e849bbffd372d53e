"""Views: what a record looks like.

A view is a declaration.  It draws itself with Matplotlib (`draw`), tells the page's runtime how to draw
the same (`spec`), and says its numbers (`numbers`).  Its fields name entries of the record; an array in the
place of a name is drawn as it is and never changes.
"""

from dlbook.explorers.views.bars import Bars
from dlbook.explorers.views.characters import Characters
from dlbook.explorers.views.curve import Curve
from dlbook.explorers.views.graph import Graph
from dlbook.explorers.views.images import Images
from dlbook.explorers.views.matrix import Matrix
from dlbook.explorers.views.plane import Plane
from dlbook.explorers.views.ranking import Ranking
from dlbook.explorers.views.scatter import Scatter

__all__ = ["Bars", "Characters", "Curve", "Graph", "Images", "Matrix", "Plane", "Ranking", "Scatter"]
