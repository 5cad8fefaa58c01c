"""Weights by length and direction, and divided by their largest singular value."""

from fzero_nn import GRU, Conv2d, ConvTranspose2d, Linear, SpectralNorm, WeightNorm
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

# No differences in training with SpectralNorm, nor in u and v: no derivative goes through them.
LAYERS = [
    LayerCase("WeightNorm of Linear", WeightNorm(Linear(3, 4)), draw(5, 3)),
    LayerCase("WeightNorm of Conv2d", WeightNorm(Conv2d(None, 2, (3, 2))), draw(2, 2, 4, 3)),
    LayerCase(
        "WeightNorm of ConvTranspose2d",
        WeightNorm(ConvTranspose2d(2, 3, 2), axis=1),
        draw(2, 2, 2, 3),
    ),
    LayerCase("WeightNorm of GRU", WeightNorm(GRU(2, 2), name="W_h"), draw(3, 2, 2), batch=1),
    LayerCase("SpectralNorm of Linear", SpectralNorm(Linear(3, 4)), draw(5, 3), order=0),
    LayerCase(
        "SpectralNorm of Conv2d", SpectralNorm(Conv2d(2, 3, 2), steps=3), draw(2, 2, 4, 3), order=0
    ),
]
_W, _U, _V = draw(2, 3, 2), draw(3, seed=1), draw(4, seed=2)
FUNCTIONS = [
    FunctionCase("weight_norm", F.weight_norm, (draw(3, 4), draw(4, seed=1))),
    FunctionCase("weight_norm of a kernel", F.weight_norm, (_W, draw(2, seed=1)), {"axis": 0}),
    FunctionCase("spectral_norm", F.spectral_norm, (_W, _U, _V), {"axis": 1}, order=0),
    FunctionCase("power_iteration", F.power_iteration, (_W, _U, _V), {"axis": 1}, order=0),
]
