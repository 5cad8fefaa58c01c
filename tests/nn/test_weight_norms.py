"""WeightNorm and SpectralNorm beside PyTorch's, and beside the singular values themselves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import fzero
import fzero_nn as nn
from fzero import random
from fzero.testing import check_grads
from fzero_nn import functional as F
from tests.nn.cases import draw

KEY = random.key(0)


def torch_modules():
    """PyTorch and a layer with the parameters of ours, by the kind."""
    torch = pytest.importorskip("torch")
    return torch, torch.nn.utils.parametrizations


def double(params):
    return fzero.tree.map(lambda p: p.astype(np.float64), params)


class TestWeightNorm:
    @pytest.mark.parametrize("kind", ["linear", "conv"])
    def test_values_and_gradients_of_pytorch(self, kind):
        torch, parametrizations = torch_modules()
        if kind == "linear":
            layer, theirs, x = nn.WeightNorm(nn.Linear(3, 4)), torch.nn.Linear(3, 4), draw(5, 3)
        else:
            layer, x = nn.WeightNorm(nn.Conv2d(2, 3, 2)), draw(5, 2, 4, 3)
            theirs = torch.nn.Conv2d(2, 3, 2)
        params = double(layer.init(KEY)[0])
        params = {**params, "W_norm": params["W_norm"] * 1.5}
        theirs = parametrizations.weight_norm(theirs.double())
        g, v = theirs.parametrizations.weight.original0, theirs.parametrizations.weight.original1
        turned = (lambda W: W.T) if kind == "linear" else (lambda W: W)
        with torch.no_grad():
            g.copy_(torch.tensor(params["W_norm"]).reshape(g.shape))
            v.copy_(torch.tensor(np.array(turned(params["W"]))))
            theirs.bias.copy_(torch.tensor(np.array(params["b"])))
        y = theirs(torch.tensor(x))
        (y**2).sum().backward()
        run = lambda params: layer.apply(params, fzero.FrozenDict(), x)[0]
        ours = fzero.grad(lambda p: (run(p) ** 2).sum())(params)
        assert_allclose(run(params), y.detach().numpy(), rtol=1e-12, atol=1e-12)
        assert_allclose(turned(ours["W"]), v.grad.numpy(), rtol=1e-10, atol=1e-12)
        assert_allclose(ours["W_norm"], g.grad.numpy().ravel(), rtol=1e-10)

    def test_it_starts_as_the_layer_alone(self):
        layer = nn.Conv2d(3, 4, 3)
        x = draw(2, 3, 5, 5).astype(np.float32)
        alone, normed = layer.init(KEY), nn.WeightNorm(layer).init(KEY)
        y = nn.WeightNorm(layer).apply(*normed, x)[0]
        assert_allclose(y, layer.apply(*alone, x)[0], rtol=1e-5, atol=1e-6)

    def test_a_direction_of_zeros_gives_zeros_and_finite_gradients(self):
        v = np.array([[0.0, 3.0], [0.0, 4.0]])
        assert F.weight_norm(v, np.ones(2)).tolist() == [[0.0, 0.6], [0.0, 0.8]]
        g = fzero.grad(lambda v: F.weight_norm(v, np.ones(2)).sum())(v)
        assert np.isfinite(g).all()

    def test_keywords_of_the_layer(self):
        layer, x = nn.WeightNorm(nn.LSTM(2, 3), name="W_x"), draw(4, 2, 2).astype(np.float32)
        params, state = layer.init(KEY)
        short = layer.apply(params, state, x, lengths=(4, 2))[0]
        assert (short[2:, 1] == 0).all() and (short[2:, 0] != 0).any()

    def test_bad_arguments(self):
        with pytest.raises(TypeError, match="WeightNorm: layer is .*Call its class"):
            nn.WeightNorm(np.tanh)
        with pytest.raises(ValueError, match=r"WeightNorm: params or state is without \['W'\]"):
            nn.WeightNorm(nn.LSTM(2, 3)).init(KEY)
        with pytest.raises(ValueError, match="weight_norm: axis is 2"):
            F.weight_norm(np.ones((2, 3)), np.ones(3), 2)
        with pytest.raises(ValueError, match=r"weight_norm: g has shape \(2,\)"):
            F.weight_norm(np.ones((2, 3)), np.ones(2))


class TestSpectralNorm:
    @pytest.mark.parametrize("train", [True, False])
    @pytest.mark.parametrize("kind", ["linear", "conv"])
    def test_values_gradients_and_state_of_pytorch(self, kind, train):
        torch, parametrizations = torch_modules()
        if kind == "linear":
            layer, theirs, x = nn.SpectralNorm(nn.Linear(3, 4)), torch.nn.Linear(3, 4), draw(5, 3)
        else:
            layer, x = nn.SpectralNorm(nn.Conv2d(2, 3, 2)), draw(5, 2, 4, 3)
            theirs = torch.nn.Conv2d(2, 3, 2)
        params, state = double(layer.init(KEY))
        unit = lambda v: v / np.linalg.norm(v)
        state = {n: unit(s + 0.3 * draw(*s.shape)) for n, s in state.items()}
        turned = (lambda W: W.T) if kind == "linear" else (lambda W: W)
        theirs = parametrizations.spectral_norm(theirs.double(), n_power_iterations=1)
        inner = theirs.parametrizations.weight
        with torch.no_grad():
            inner.original.copy_(torch.tensor(np.array(turned(params["W"]))))
            theirs.bias.copy_(torch.tensor(np.array(params["b"])))
            inner[0]._u.copy_(torch.tensor(state["W_u"]))
            inner[0]._v.copy_(torch.tensor(state["W_v"]))
        theirs.train(train)
        y = theirs(torch.tensor(x))
        (y**2).sum().backward()
        run = lambda params: layer.apply(params, state, x, train=train)
        ours = fzero.grad(lambda p: (run(p)[0] ** 2).sum())(params)
        assert_allclose(run(params)[0], y.detach().numpy(), rtol=1e-12, atol=1e-12)
        assert_allclose(turned(ours["W"]), inner.original.grad.numpy(), rtol=1e-10, atol=1e-12)
        assert_allclose(run(params)[1]["W_u"], inner[0]._u.numpy(), rtol=1e-12)
        assert_allclose(run(params)[1]["W_v"], inner[0]._v.numpy(), rtol=1e-12)

    def test_converged_vectors_give_the_singular_value_and_its_gradient(self):
        W = draw(4, 3)
        U, s, Vt = np.linalg.svd(W)
        normed = lambda W: F.spectral_norm(W, U[:, 0], Vt[0], axis=0)
        exact = lambda W: W / fzero.numpy.linalg.norm(W, 2)
        assert_allclose(normed(W), W / s[0], rtol=1e-13)
        weights = draw(4, 3, seed=1)
        ours = fzero.grad(lambda W: (normed(W) * weights).sum())(W)
        assert_allclose(ours, fzero.grad(lambda W: (exact(W) * weights).sum())(W), rtol=1e-10)

    def test_the_iteration_finds_the_largest_singular_value(self):
        W = draw(3, 2, 2)
        u, v = F.power_iteration(W, draw(2), draw(6), axis=1, steps=300)
        M = np.moveaxis(W, 1, 0).reshape(2, 6)
        assert_allclose(u @ M @ v, np.linalg.norm(M, 2), rtol=1e-12)

    def test_derivatives_outside_of_training(self):
        layer = nn.SpectralNorm(nn.Linear(3, 4))
        params, state = double(layer.init(KEY))
        f = lambda params, x: layer.apply(params, state, x)[0]
        check_grads(f, (params, draw(5, 3)), order=2)

    def test_weights_of_zeros_stay_finite(self):
        y = F.spectral_norm(
            np.zeros((2, 2)), *F.power_iteration(np.zeros((2, 2)), np.ones(2), np.ones(2))
        )
        assert y.tolist() == [[0.0, 0.0], [0.0, 0.0]]

    def test_the_state_of_the_layer_goes_along(self):
        class Counted(nn.Linear):
            def init(self, key, x=None):
                return super().init(key, x)[0], fzero.FrozenDict({"calls": np.zeros(())})

            def apply(self, params, state, x, *, key=None, train=False):
                y, _ = super().apply(params, state, x)
                return y, fzero.FrozenDict({"calls": state["calls"] + 1}) if train else state

        layer = nn.SpectralNorm(Counted(3, 4))
        params, state = layer.init(KEY)
        x = np.ones((2, 3), np.float32)
        assert sorted(state) == ["W_u", "W_v", "calls"]
        after = layer.apply(params, state, x, train=True)[1]
        assert after["calls"] == 1 and sorted(after) == sorted(state)
        assert layer.apply(params, state, x)[1] is state

    def test_bad_arguments(self):
        with pytest.raises(TypeError, match="SpectralNorm: layer is"):
            nn.SpectralNorm(nn.Linear)
        with pytest.raises(ValueError, match="SpectralNorm: sizes is {'steps': 0}"):
            nn.SpectralNorm(nn.Linear(2, 3), steps=0)
        with pytest.raises(
            ValueError, match=r"spectral_norm: u and v have shapes \(2,\) and \(3,\)"
        ):
            F.spectral_norm(np.ones((2, 3)), np.ones(2), np.ones(3))
