"""Functions of single numbers as fused operations."""

from collections.abc import Callable
from typing import Any

from fzero.fused import Fused

from ..kernels import pointwise as kernels

__all__ = ["fused_pointwise"]


def _samples(params: dict[str, Any]) -> Callable[[Any], list[Any]]:
    def samples(rng: Any) -> list[Any]:
        return [((rng.normal(size=(2, 3)) * 3,), params), ((rng.normal(size=0),), params)]

    return samples


def _batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    return call(*args, **params), True


def fused_pointwise(
    name: str, reference: Callable[..., Any], f: Callable[..., Any], **params: Any
) -> Fused:
    """The fused operation of a function of `kernels.pointwise`, with parameters for its samples."""
    kernel = kernels.pointwise(f)
    found = {"numpy": kernel, "cupy": kernel}
    return Fused(name, reference, found, samples=_samples(params), batch=_batch)
