import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import live, mlp, onnx, race

TASKS = {
    network: {"network": network, "batch_size": 32, "learning_rate": 0.1, "epochs": 1} for network in live.NETWORKS
}


@pytest.fixture(scope="module", params=live.NETWORKS)
def task(request):
    return TASKS[request.param]


@pytest.fixture(scope="module")
def loss(task):
    """What one jitted scan ends at."""
    return live.with_jax_scan(task)()


def test_the_module_in_chromium_reaches_the_loss_of_jax(task, loss):
    if not live.chromium():
        pytest.skip("no Chromium on this machine, so no module was run in a page (Debian: apt install chromium)")
    laps = race.race("benchmarks.live", ["dlbook"], task, rounds=1)
    assert laps["dlbook"][0]["loss"] == pytest.approx(loss, rel=1e-5) and loss < 2.2


def test_one_scan_and_a_loop_of_steps_do_the_same_work(task, loss):
    assert live.with_jax_step(task)() == pytest.approx(loss, rel=1e-5)


def test_the_perceptron_trains_as_in_the_race_against_pytorch():
    task = {"batch_size": 128, "learning_rate": 0.1}
    ours = live.with_jax_scan(task | {"network": "mlp", "epochs": mlp.EPOCHS})()
    assert ours == pytest.approx(mlp.with_dlbook(task | {"optimizer": "sgd"})(), rel=1e-5)


def test_each_step_takes_the_next_batch_and_an_epoch_starts_its_sum_anew():
    job = live.work(TASKS["mlp"] | {"epochs": 2})
    count, step = live.batches(TASKS["mlp"]), jax.jit(job.step)
    state = job.state._replace(number=jnp.int32(count), total=jnp.float32(1e6))
    x, labels = job.x[job.rows[count]], job.labels[job.rows[count]]
    expected = live.softmax_cross_entropy(live.mlp_scores(state.params, x), labels)
    later = step(state, *tuple(job.arguments.values())[1:])
    assert later.number == count + 1 and later.total == pytest.approx(float(expected), rel=1e-5)


def test_a_message_is_encoded_as_the_format_says():
    """Examples from the description of protocol buffers; 1.5 is 0x3fc00000."""
    assert onnx.message((1, 150)) == b"\x08\x96\x01"
    assert onnx.message((2, "testing")) == b"\x12\x07testing"
    assert onnx.message((3, onnx.message((1, 150)))) == b"\x1a\x03\x08\x96\x01"
    assert onnx.message((1, 1.5)) == b"\x0d\x00\x00\xc0\x3f"


def test_an_array_is_stored_as_it_is():
    stored = onnx.tensor("b", np.array([[1.0, -2.0]], "float32"))
    assert stored == b"\x08\x01\x08\x02\x10\x01\x42\x01b\x4a\x08\x00\x00\x80\x3f\x00\x00\x00\xc0"


def test_without_npm_the_package_races_jax_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(live.shutil, "which", lambda name: None)
    monkeypatch.setattr(live, "BUILD", tmp_path)
    assert live.contenders(TASKS["mlp"]) == ["dlbook", "jax-scan", "jax-step"]
    with pytest.raises(OSError, match="live: no Chromium on this machine"):
        live.with_dlbook(TASKS["mlp"])


def test_only_the_perceptron_has_its_backward_pass_written_out(monkeypatch):
    monkeypatch.setattr(live.shutil, "which", lambda name: f"/bin/{name}")
    assert set(live.contenders(TASKS["mlp"])) - set(live.contenders(TASKS["cnn"])) == {"onnxruntime-web"}


@pytest.mark.parametrize(
    "name, loss", [("dlbook", 0.3003), ("tensorflow.js, wasm", 0.2997), ("jax-step", float("nan"))]
)
def test_a_contender_that_did_other_work_is_disqualified(name, loss):
    fair = dict.fromkeys(live.CONTENDERS, 0.3)
    live.same_quality(fair)
    with pytest.raises(AssertionError, match=f"{name} ends at a loss of {loss}"):
        live.same_quality(fair | {name: loss})
