import jax.numpy as jnp
import pytest

from dlbook.history import simple_cell

ANGLES = jnp.arange(0.0, 180.0, 5.0)


@pytest.mark.parametrize("orientation", [0.0, 30.0, 45.0, 90.0, 135.0])
def test_prefers_bars_of_its_own_orientation_and_ignores_those_across(orientation):
    answers = simple_cell.tuning_curve(simple_cell.gabor(orientation, 1.5), ANGLES)
    assert ANGLES[answers.argmax()] == orientation
    across = answers[(answers.argmax() + len(ANGLES) // 2) % len(ANGLES)]
    assert across < 0.05 * answers.max()


def test_finer_stripes_tune_more_sharply():
    def width(frequency):
        answers = simple_cell.tuning_curve(simple_cell.gabor(90.0, frequency), ANGLES, thickness=0.5 / frequency)
        return (answers > answers.max() / 2).mean()

    assert width(2.5) < width(1.5) < width(0.8)


def test_even_light_is_not_answered():
    field = simple_cell.gabor(20.0, 1.2)
    assert abs((field * 0.7).sum()) < 1e-5
    assert jnp.linalg.norm(field) == pytest.approx(1)


def test_upright_field_is_a_function_of_the_column():
    """90 degrees stands upright, 0 lies level; with a wide window nothing varies along a stripe."""
    upright = simple_cell.gabor(90.0, 1.5, width=100.0)
    assert jnp.ptp(upright, axis=0).max() < 1e-3 < jnp.ptp(upright, axis=1).min()
    assert jnp.abs(upright.T - simple_cell.gabor(0.0, 1.5, width=100.0)).max() < 1e-5


def test_a_bar_rises_from_left_to_right_between_0_and_90():
    image = simple_cell.bar(45.0)
    assert image[0, -1] == image[-1, 0] == 1 and image[0, 0] == image[-1, -1] == 0


def test_a_bar_moves_to_its_left_by_position():
    level = simple_cell.bar(0.0, position=0.5)
    assert level[:10].sum() > 0 == level[11:].sum()


def test_rates_are_never_negative():
    field = simple_cell.gabor(90.0, 1.5)
    beside = simple_cell.bar(90.0, thickness=0.2, position=0.35)
    assert (field * beside).sum() < 0 == simple_cell.predict(field, beside)


def test_bad_settings_are_refused(as_reader):
    with pytest.raises(ValueError, match="gabor: frequency must be finite and above 0, got 0"):
        simple_cell.gabor(0.0, 0)
    with pytest.raises(ValueError, match="gabor: width must be finite and above 0, got -1"):
        simple_cell.gabor(0.0, 1.0, width=-1)
