"""The figure in a live kernel: ipywidgets that call the jitted kernel at each move."""

import base64
import html

import ipywidgets

from dlbook.explorers.choosers import chooser, position


class Panel:
    """Controls above, picture and sentence below.

    Parameters
    ----------
    controls
        By name.
    show
        Takes the positions of the controls and of the frame; returns a PNG and the sentence about it.
    frames
        Name and texts of the frames, or None.
    title
        Accessible name of the figure.
    """

    def __init__(self, controls: dict, show, frames, title: str):
        self.show = show
        self.choosers = {name: chooser(name, control) for name, control in controls.items()}
        self.frame, self.frame_texts = (_frame_slider(*frames), frames[1]) if frames else (None, None)
        self.moment = ipywidgets.Label()
        self.picture, self.summary = ipywidgets.HTML(), ipywidgets.HTML()
        for widget in [*self.choosers.values(), *([self.frame] if frames else [])]:
            widget.observe(lambda change: self.draw(), "value")
        self.box = ipywidgets.VBox(
            [ipywidgets.HTML(f"<b>{html.escape(title)}</b>"), *self._rows(), self.picture, self.summary]
        )
        self.draw()

    def draw(self):
        """Draw the present settings; an error is said in place of the sentence."""
        frame = self.frame.value if self.frame else None
        if self.frame:
            self.moment.value = f"{self.frame_texts[frame]} of {self.frame_texts[-1]}"
        try:
            png, sentence = self.show([position(widget) for widget in self.choosers.values()], frame)
            source = base64.b64encode(png).decode()
            self.picture.value = (
                f'<img alt="{html.escape(sentence)}" style="max-width:100%" src="data:image/png;base64,{source}">'
            )
        except Exception as error:  # noqa: BLE001 (whatever it is, the reader's next move must still work)
            sentence = f"These settings cannot be shown: {type(error).__name__}: {error}"
        self.summary.value = html.escape(sentence)

    def _rows(self):
        yield ipywidgets.Box(list(self.choosers.values()), layout=ipywidgets.Layout(flex_flow="row wrap"))
        if self.frame:
            play = ipywidgets.Play(value=self.frame.max, min=0, max=self.frame.max, interval=150)
            ipywidgets.jslink((play, "value"), (self.frame, "value"))
            yield ipywidgets.HBox([play, self.frame, self.moment])


def _frame_slider(name, texts):
    last, style = len(texts) - 1, {"description_width": "initial"}
    return ipywidgets.IntSlider(last, 0, last, description=name, readout=False, style=style)
