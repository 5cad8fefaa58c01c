"""Neural networks as pure functions of pytrees, on top of fzero.

Parameters are values that functions take and return: nothing here holds a state. A part is imported
when it is first asked for, so that `import fzero_nn` itself costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        checkpoint,
        data,
        formats,
        functional,
        initializers,
        losses,
        metrics,
        models,
        optim,
        plot,
        training,
    )
    from .layers import (
        GRU,
        LSTM,
        RNN,
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        BatchNorm,
        Bidirectional,
        Composite,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvLSTM,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        Dropout,
        Embedding,
        Flatten,
        GlobalAvgPool,
        GlobalMaxPool,
        GroupNorm,
        GRUCell,
        Identity,
        InstanceNorm,
        Lambda,
        LayerNorm,
        Linear,
        LSTMCell,
        MaxPool1d,
        MaxPool2d,
        MaxPool3d,
        Module,
        MultiHeadAttention,
        Parallel,
        PReLU,
        RecurrentStack,
        Remat,
        Residual,
        RMSNorm,
        RNNCell,
        Sequential,
        SpatialDropout,
        SpectralNorm,
        Summary,
        WeightNorm,
        capture,
        summary,
    )

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm",
    "Bidirectional",
    "Composite",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvLSTM",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "LayerNorm",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Module",
    "MultiHeadAttention",
    "PReLU",
    "Parallel",
    "RMSNorm",
    "RNN",
    "RNNCell",
    "RecurrentStack",
    "Remat",
    "Residual",
    "Sequential",
    "SpatialDropout",
    "SpectralNorm",
    "Summary",
    "WeightNorm",
    "capture",
    "checkpoint",
    "data",
    "formats",
    "functional",
    "initializers",
    "losses",
    "metrics",
    "models",
    "optim",
    "plot",
    "summary",
    "training",
]

_MODULES = frozenset(
    "checkpoint data formats functional initializers layers losses metrics models optim plot "
    "training".split()
)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        found = globals()[name] = getattr(import_module(f"{__name__}.layers"), name)
        return found
    raise AttributeError(
        f"fzero_nn: the name is {name!r}, which is not here; expected one of dir(fzero_nn). "
        "Activations and other functions are in fzero_nn.functional."
    )


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES})
