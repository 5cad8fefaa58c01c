"""Moving pytrees between devices."""

from typing import Any

from . import tree
from .backend import device, to_device
from .core import Tracer
from .rules import custom, draw

__all__ = ["device_get", "device_put"]

# Linear, but its transpose needs the device of the operand, which `linear` does not hand on.
_transfer = custom(
    "transfer",
    lambda xp: to_device,
    pulls=(lambda ans, x, target: _back_to(device(x)),),
    jvp=lambda tangents, ans, args, params: _transfer(tangents[0], **params),
    batch=lambda size, args, batched, params: (_transfer(args[0], **params), True),
    samples=lambda rng: [((draw(rng, (2, 3)),), {"target": "cpu"})],
    linear=(frozenset({0}),),
)


def _back_to(source: Any) -> Any:
    return lambda g: _transfer(g, target=source)


def _move(x: Any, target: Any) -> Any:
    return _transfer(x, target=target) if isinstance(x, Tracer) else to_device(x, target)


def device_put(x: Any, device: Any = "gpu") -> Any:
    """The pytree `x` with its arrays on `device`; what is there already is not copied.

    Args:
        x: a pytree of arrays (or tracers); leaves that are no arrays stay as they are.
        device: "cpu", "gpu", "gpu:1", or a `Device` from `fzero.devices()`.

    Returns:
        The same structure.

    Raises:
        DeviceError: no such device, no CuPy, or a driver that fails; the message says which.
        ValueError: a device that cannot be parsed.

    Gradient: the cotangent moves back.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.device_put({"W": np.ones(2)}, "cpu")["W"].tolist()
        [1.0, 1.0]
    """
    return tree.map(lambda leaf: _move(leaf, device), x)


def device_get(x: Any) -> Any:
    """The pytree `x` with its arrays as NumPy arrays: `device_put(x, "cpu")`.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.device_get((np.ones(2), 3.0))
        (array([1., 1.]), 3.0)
    """
    return device_put(x, "cpu")
