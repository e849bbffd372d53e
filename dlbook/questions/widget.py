"""The question in a live kernel: ipywidgets."""

import ipywidgets


class Panel:
    """The question, a field or letters for the reply, a button, the verdict, and the answer to unfold.

    Parameters
    ----------
    reply
        The widget whose value is judged.
    judge
        Takes the value; returns what is said about it, in HTML.
    before, behind
        What stands before and behind the reply, in HTML.
    solution
        The answer and its reason, which are folded, in HTML.
    """

    def __init__(self, reply, judge, before: str, behind: str, solution: str):
        self.reply, self.judge = reply, judge
        self.button = ipywidgets.Button(description="Check", layout=ipywidgets.Layout(width="auto"))
        self.said = ipywidgets.HTMLMath()
        self.button.on_click(lambda _: self.check())
        reply.on_msg(lambda _, content, buffers: content.get("event") == "submit" and self.check())  # the Enter key
        reply.observe(lambda _: self.said.set_trait("value", ""), "value")
        parts = [reply, *([ipywidgets.HTMLMath(behind)] if behind else []), self.button]
        line = ipywidgets.HBox(parts, layout=ipywidgets.Layout(align_items="center"))
        fold = ipywidgets.Accordion([ipywidgets.HTMLMath(solution)], titles=("Answer",), selected_index=None)
        self.box = ipywidgets.VBox([ipywidgets.HTMLMath(before), line, self.said, fold])

    def check(self):
        """Say what is to be said about the reply."""
        self.said.value = self.judge(self.reply.value)
