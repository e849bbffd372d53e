import numpy as np
import pytest
from playwright.sync_api import expect

from dlbook.explorers import Drawing, Points
from tests.explorers import figures
from tests.explorers.conftest import write_page
from tests.explorers.test_compiled import machine_of

OWN = "explore-own-data"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return write_page(tmp_path_factory.mktemp("own") / "figures.html", [figures.own_data()])


def test_points_and_pictures_reach_the_kernel_in_fixed_shapes():
    points = Points((-1, 1, -1, 1), capacity=3)
    np.testing.assert_allclose(points.argument(((0.5, -0.2, 1),)), [[0.5, -0.2, 1, 1], [0] * 4, [0] * 4], rtol=1e-6)
    assert len(points.argument([(0, 0, 0)] * 5)) == 3 and points.text([(0, 0, 0)]) == "1 point"
    drawing = Drawing(np.array([[0, 1.0], [0.5, 0]]))
    np.testing.assert_allclose(drawing.argument(drawing.position), [[0, 1], [4 / 9, 0]])


def test_the_compiled_kernel_takes_own_data():
    figure = figures.own_data()
    machine, _ = machine_of(figure)
    positions = (((0.5, 0.25, 1), (-1, 1, 0)), (9, 3, *[0] * 10))
    for name, value in figure.arguments(positions).items():
        machine.write(f"settings['{name}']", value)
    machine.call("call")
    assert machine.read("record['number']") == 2 and machine.read("record['ink']") == pytest.approx(12 / 9)
    said = figure.summary(positions, figure.record(positions))
    assert said.startswith("2 points: 2; 2 of 12 cells: ink 1.33, at the top 0.33.")


def test_widgets_set_points_and_cells():
    box = figures.own_data().widget()
    points, drawing = box.children[1].children
    said = lambda: box.children[-1].value  # noqa: E731
    points.x.value, points.kind.index = 0.5, 1
    points.add.click()
    assert points.value == ((0.5, 0.0, 1),) and said().startswith("1 point: 1;")
    for _ in range(5):
        points.add.click()
    assert len(points.value) == 3
    points.clear.click()
    assert said().startswith("0 points: 0; 1 of 12 cells: ink 1.00")
    drawing.cells[0].value = True
    assert "2 of 12 cells: ink 2.00" in said()
    drawing.clear.click()
    assert "0 of 12 cells: ink 0.00" in said()


def summary(page):
    return page.locator(f"#{OWN} .dl-summary")


def test_points_are_set_by_numbers_and_by_click(visit):
    page = visit()
    box = page.locator(f"#{OWN}")
    box.get_by_label("my points: x").fill("0.5")
    box.get_by_label("my points: class").select_option("orange")
    box.get_by_role("button", name="my points: Add").press("Enter")
    expect(summary(page)).to_contain_text("1 point: 1;")
    assert page.evaluate("window.drawn['explore-own-data'].record.points.data[0]") == 0.5
    canvas = box.locator(".dl-clickable")
    size = canvas.bounding_box()
    canvas.click(position={"x": size["width"] / 2, "y": size["height"] / 3})
    expect(summary(page)).to_contain_text("2 points: 2;")
    x, y, label = page.evaluate(
        """(({points, labels}) => [points.data[2], points.data[3], labels.data[1]])
        (window.drawn['explore-own-data'].record)"""
    )
    assert abs(x) < 0.3 and 0.1 < y < 0.7 and label == 1
    canvas.click(position={"x": 3, "y": 3})  # on the axis, outside the picture
    for _ in range(4):
        box.get_by_role("button", name="my points: Add").click()
    expect(summary(page)).to_contain_text("3 points: 3;")
    address = page.evaluate("location.hash")
    expect(summary(visit(address))).to_contain_text("3 points: 3;")
    box.get_by_role("button", name="my points: Clear").click()
    expect(summary(page)).to_contain_text("0 points: 0;")


def test_a_picture_is_drawn_by_keyboard_and_by_pointer(visit):
    page = visit()
    pad = page.locator(f"#{OWN} .dl-drawing")
    expect(summary(page)).to_contain_text("1 of 12 cells: ink 1.00, at the top 0.00")
    pad.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "Space"):
        pad.press(key)
    expect(summary(page)).to_contain_text("2 of 12 cells: ink 2.00, at the top 1.00")
    pad.press("Space")
    expect(summary(page)).to_contain_text("ink 1.00, at the top 0.00")
    size = pad.bounding_box()
    page.mouse.move(size["x"] + 5, size["y"] + size["height"] - 5)
    page.mouse.down()
    page.mouse.move(size["x"] + size["width"] - 5, size["y"] + size["height"] - 5, steps=8)
    page.mouse.up()
    expect(summary(page)).to_contain_text("4 of 12 cells")
    second = visit(page.evaluate("location.hash"))
    expect(summary(second)).to_have_text(summary(page).inner_text())
    page.locator(f"#{OWN}").get_by_role("button", name="my picture: clear").press("Enter")
    expect(summary(page)).to_contain_text("0 of 12 cells: ink 0.00")


@pytest.mark.parametrize(
    "fragment", ["mine=9,9,0&picture=12", "mine=0,0,7&picture=abc", "mine=1;2&picture=", "mine=0,0,0;0,0,0;0,0,0;0,0,0"]
)
def test_strange_data_in_the_address_are_not_taken(visit, fragment):
    page = visit(f"#{OWN}?{fragment}")
    expect(summary(page)).to_contain_text("0 points: 0; 1 of 12 cells")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Points((1, -1, 0, 1)), "extent must be left < right, bottom < top"),
        (lambda: Points((-1, 1, 0, 1), classes=()), "needs a class and a capacity"),
        (lambda: Drawing(np.ones(3)), r"start must be a matrix with values from 0 to 1, got the shape \(3,\)"),
        (lambda: Drawing(2 * np.ones((3, 3))), "values from 0 to 1"),
        (
            lambda: figures.own_data(describe=lambda s, r: "x"),
            "mine has no list of values, so describe must be a template",
        ),
    ],
)
def test_bad_own_data_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
