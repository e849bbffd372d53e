import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import lenet
from dlbook.models import cnn


def test_all_start_from_the_network_of_61706_parameters_on_images_of_28_by_28():
    (x, labels), params, _ = lenet.start()
    assert x.shape == (1197, 28, 28, 1) and cnn.count_parameters(params) == 61706
    assert x.min() == 0 and x.max() == 1 and (x[:, :2] == 0).all() and labels.shape == (1197,)


def test_pytorch_has_the_same_network():
    torch = pytest.importorskip("torch")
    (x, _), params, _ = lenet.start()
    with torch.no_grad():
        theirs = lenet.torch_network(params)(torch.from_numpy(np.array(x[:4].transpose(0, 3, 1, 2)))).numpy()
    np.testing.assert_allclose(cnn.apply(params, x[:4], **lenet.STRUCTURE), theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name, loss", [("torch", 0.32), ("keras", 0.32), ("dlbook, im2col", 0.28)])
def test_a_contender_that_did_other_work_is_disqualified(name, loss):
    fair = dict.fromkeys(lenet.CONTENDERS, 0.3)
    lenet.same_quality(fair)
    with pytest.raises(AssertionError, match=f"{name} ends at a loss of {loss}"):
        lenet.same_quality(fair | {name: loss})


def test_the_kernel_of_the_race_is_the_tile_form():
    """Else the race would time another program than the models train with."""
    import jax

    (x, labels), params, key = lenet.start()
    program = jax.make_jaxpr(lambda p: cnn.loss(p, (x[:2], labels[:2]), **lenet.STRUCTURE))(params)
    assert "conv2d_max_pool" in str(program) and jnp.isfinite(cnn.loss(params, (x[:2], labels[:2]), **lenet.STRUCTURE))
