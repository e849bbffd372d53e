import numpy as np
import pytest

from dlbook.explorers.sentence import Sentence, written

RECORD = {"loss": np.float32(0.1234567), "errors": np.array([[1.0, np.nan], [-np.inf, 40.0]]), "solved": np.True_}


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("no fields", "no fields"),
        ("rate {rate}", "rate 0.3"),
        ("{rate:+.2f}", "+0.30"),
        ("{loss}, {loss:.2g}, {loss:.1%}", "0.1235, 0.12, 12.3%"),
        ("{errors[1][1]:d} {errors[0][0]} {errors[-1][-1]:.1f}", "40 1 40.0"),
        ("{errors[0][1]}, {errors[1][0]:.2f}", "not a number, minus infinite"),
        ("{solved:not yet|done}", "done"),
        ("two\n      lines", "two lines"),
    ],
)
def test_fields_are_filled(template, sentence):
    assert Sentence(template).fill({"rate": "0.3"}, RECORD | {"rate": np.float32(0.3)}) == sentence


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 0.125, 2.5, -0.5, 1e-3, 1e-5, 123456.0, 1e7, 3.0e30, -1 / 3])
def test_formats_are_pythons_but_for_halves_and_powers(value):
    """Python rounds halves to even and writes e-05; numbers that have neither agree."""
    if 1e-4 < abs(value) < 1e6 and value not in (0.125, 2.5, -0.5):
        for form in (".3f", "+.1f", ".2%"):
            assert written(value, form) == format(value, form)
    assert float(written(value, ".12g")) == pytest.approx(value, rel=1e-11)
    assert float(written(value, ".3e")) == pytest.approx(value, rel=1e-3)


def test_halves_are_rounded_away_from_zero_and_no_zero_is_negative():
    assert [written(v, ".2f") for v in (0.125, -0.125, -0.001)] == ["0.13", "-0.13", "0.00"]
    assert [written(v, "d") for v in (2.5, -0.4, 1e22)] == ["3", "0", "1e+22"]


@pytest.mark.parametrize("form", [".3x", "3", ".f", ",", "+", ".2f "])
def test_unknown_formats_are_refused(form):
    with pytest.raises(ValueError, match="unknown format"):
        Sentence(f"{{loss:{form}}}")


@pytest.mark.parametrize("template", ["{", "a } b", "{}", "{loss!r}", "{loss[a]}", "{{loss}}"])
def test_stray_braces_are_refused(template):
    with pytest.raises(ValueError, match="a brace that belongs to no field"):
        Sentence(template)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{lost}", "{lost} is neither a setting nor an entry of the record: rate, loss, errors"),
        ("{errors}", r"errors has the shape \(2, 3\), \[\] is no number of it"),
        ("{errors[0][3]}", r"\[0, 3\] is no number of it"),
        ("{errors[-3][0]}", r"\[-3, 0\] is no number of it"),
        ("{rate[0]}", "{rate} is neither"),
    ],
)
def test_fields_that_lead_nowhere_are_refused(template, message):
    with pytest.raises(ValueError, match=message):
        Sentence(template).check(["rate"], {"loss": (), "errors": (2, 3)})
