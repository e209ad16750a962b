import pytest
import torch
from torch import nn

from tunixlib.modeling import packed as module
from tunixlib.modeling.packed import packed

pytestmark = pytest.mark.skipif(not module._precisions(), reason="weights are packed on x86 CPUs")


class Special(nn.Linear):
    """A layer that does more than a product (an adapter, quantization): not ours to replace."""


@pytest.fixture
def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(24, 40), nn.Tanh(), nn.Linear(40, 7, bias=False), Special(7, 5))


@pytest.mark.parametrize(("precision", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("shape", [(24,), (1, 24), (3, 24), (70, 24), (4, 9, 24)])
def test_packed_layers_give_the_same_up_to_rounding(model, precision, tolerance, shape):
    if precision not in module._precisions():
        pytest.skip("this CPU has no products in bfloat16")
    model, x = model.to(precision), torch.randn(shape).to(precision)
    with torch.inference_mode():
        expected = model(x)
        with packed(model):
            found = model(x)
    assert found.dtype == precision and found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def test_plain_layers_alone_are_packed_and_come_back_even_after_an_error(model):
    with pytest.raises(RuntimeError, match="stop"), packed(model):
        assert ["forward" in vars(layer) for layer in model] == [True, False, True, False]
        raise RuntimeError("stop")
    assert not any("forward" in vars(layer) for layer in model)


def test_weights_that_changed_since_are_seen(model):
    x = torch.ones(1, 24)
    with torch.inference_mode(), packed(model):
        before = model(x)
    with torch.no_grad():
        model[0].weight.mul_(2)
    with torch.inference_mode():
        expected = model(x)
        with packed(model):
            found = model(x)
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(found, before)


def test_a_forward_of_somebody_else_stays(model):
    def own(x):
        return x

    model[0].forward = own
    with packed(model):
        assert model[0].forward is own and "forward" in vars(model[2])
    assert model[0].forward is own and "forward" not in vars(model[2])


def test_other_precisions_and_large_models_stay_as_they_are(model, monkeypatch):
    with packed(model.double()):
        assert not any("forward" in vars(layer) for layer in model)
    monkeypatch.setattr(module, "LARGEST", 4 * (24 * 40 + 40 * 7) - 1)
    with packed(model.float()):
        assert not any("forward" in vars(layer) for layer in model)


def test_a_pytorch_without_these_operations_generates_as_it_is(model, monkeypatch):
    monkeypatch.setattr(module, "OPERATIONS", (*module.OPERATIONS, "_gone_in_this_version"))
    with packed(model):
        assert not any("forward" in vars(layer) for layer in model)


def test_a_model_on_another_device_is_never_asked_about_packing(model, monkeypatch):
    monkeypatch.setattr(module, "_precisions", lambda: pytest.fail("asked"))
    with packed(model.to("meta")):
        assert not any("forward" in vars(layer) for layer in model)
