"""What a checkpoint costs is measured on one that holds the network and its Adam state."""

from benchmarks import checkpoints


def test_a_row_is_what_its_network_needs():
    row = checkpoints.measured(128, 3)
    assert row["parameters"] == 64 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10
    assert 0.8 * 12 < row["bytes"] / row["parameters"] < 1.2 * 12  # three numbers of four bytes, packed
    assert 0 < row["save"]["low"] <= row["save"]["seconds"] <= row["save"]["high"] and row["load"] > 0
