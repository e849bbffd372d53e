"""The ipywidgets of the controls; the `value` or `index` of each says where its control stands."""

import ipywidgets
import traitlets

WORDS = {"description_width": "initial"}
MARGIN = "2px 12px 2px 0"


def chooser(name: str, control):
    """Return the widget of a control."""
    description = control.label or name.replace("_", " ")
    if control.kind in OWN_DATA:
        return OWN_DATA[control.kind](control, description)
    if control.kind == "number":
        return ipywidgets.BoundedIntText(
            control.start, 0, control.count - 1, description=description, style=WORDS, layout=_wide("12em")
        )
    kind = ipywidgets.SelectionSlider if control.kind == "range" else ipywidgets.Dropdown
    options = [f"{text} {control.unit}".strip() for text in control.texts]
    return kind(options=options, index=control.position, description=description, style=WORDS, layout=_wide("20em"))


def position(widget):
    """Return where a widget's control stands."""
    return widget.index if hasattr(widget, "index") else widget.value


class PointsBox(ipywidgets.HBox):
    """Numbers, a class and a button that adds the point; another that takes all away."""

    value = traitlets.Tuple()

    def __init__(self, control, description: str):
        self.control, (left, right, bottom, top) = control, control.extent
        number = lambda low, high, name: ipywidgets.BoundedFloatText(  # noqa: E731
            (low + high) / 2, min=low, max=high, step=0.1, description=name, style=WORDS, layout=_wide("9em")
        )
        self.x, self.y = number(left, right, "x"), number(bottom, top, "y")
        self.kind = ipywidgets.Dropdown(options=list(map(str, control.classes)), index=0, layout=_wide("8em"))
        self.add = ipywidgets.Button(description="Add point", layout=_wide("auto"))
        self.clear = ipywidgets.Button(description="Clear", layout=_wide("auto"))
        self.add.on_click(lambda _: self._add())
        self.clear.on_click(lambda _: self.set_trait("value", ()))
        super().__init__([ipywidgets.Label(description), self.x, self.y, self.kind, self.add, self.clear])

    def _add(self):
        if len(self.value) < self.control.capacity:
            self.value = (*self.value, (self.x.value, self.y.value, self.kind.index))


class DrawingBox(ipywidgets.VBox):
    """A button for each cell, pressed where there is ink."""

    value = traitlets.Tuple()

    def __init__(self, control, description: str):
        _, columns = control.start.shape
        self.levels = max(control.spec()["levels"], 1)
        layout = ipywidgets.Layout(width="1.6em", height="1.6em", padding="0", margin="1px")
        self.cells = [ipywidgets.ToggleButton(2 * level > self.levels, layout=layout) for level in control.position]
        for cell in self.cells:
            cell.observe(lambda _: self._read(), "value")
        self.clear = ipywidgets.Button(description="Clear", layout=_wide("auto"))
        self.clear.on_click(lambda _: self._clear())
        grid = ipywidgets.GridBox(
            self.cells, layout=ipywidgets.Layout(grid_template_columns=f"repeat({columns}, auto)")
        )
        super().__init__([ipywidgets.Label(description), grid, self.clear])
        self.value = control.position

    def _read(self):
        self.value = tuple(self.levels if cell.value else 0 for cell in self.cells)

    def _clear(self):
        with self.hold_trait_notifications():
            for cell in self.cells:
                cell.value = False


class TypedText(ipywidgets.VBox):
    """A line of text, and under it what of the text is not taken; the value is what is."""

    value = traitlets.Unicode()

    def __init__(self, control, description: str):
        self.control, self.said = control, ipywidgets.Label()
        self.line = ipywidgets.Text(control.position, description=description, style=WORDS, layout=_wide("40em"))
        self.line.observe(lambda change: self._read(change["new"]), "value")
        super().__init__([self.line, self.said])
        self.value = control.position

    def _read(self, text: str):
        self.said.value = self.control.complaint(text)
        self.value = self.control.kept(text) or self.value


OWN_DATA = {"points": PointsBox, "drawing": DrawingBox, "typed": TypedText}


def _wide(width: str):
    return ipywidgets.Layout(width=width, margin=MARGIN)
