"""Intermediate outputs of a model: read by path, and replaced by path."""

from collections.abc import Iterable, Mapping
from typing import Any

from .composite import observed
from .module import Module

__all__ = ["capture"]


def capture(
    layer: Module,
    params: Any,
    state: Any,
    x: Any,
    paths: Iterable[str] = (),
    *,
    replace: Mapping[str, Any] | None = None,
) -> tuple[Any, dict[str, Any]]:
    """The output of a model, outside of training, and outputs of layers inside it.

    A path names the children on the way, as in `res2/a/conv1`; the paths of a model are in its
    `summary`. The function is pure, so it may stand inside any transform.

    Args:
        layer: a composite layer.
        params, state, x: as for `layer.apply`.
        paths: of the outputs to return.
        replace: path -> what takes the place of that output, an array, or a function of the
            output. With it, gradients with respect to an intermediate output can be taken.

    Returns:
        `(y, {path: output})`. A replaced output is returned as it was replaced. Of a layer that
        is called several times the last output is returned, and each one is replaced. What is
        captured inside a `fzero.checkpoint` has no gradient; inside a `Remat` it has.

    Raises:
        ValueError: a path that no layer has; the paths there are are listed.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> model, x = nn.Sequential(nn.Linear(3, 5), np.tanh, nn.Linear(5, 2)), np.ones((1, 3))
        >>> given = (model, *model.init(fzero.random.key(0)), x)
        >>> y, seen = capture(*given, ["l1"])
        >>> fzero.grad(lambda a: capture(*given, replace={"l1": a})[0][0, 1])(seen["l1"]).shape
        (1, 5)
    """
    outputs: dict[str, Any] = {}
    edits = {} if replace is None else replace

    def see(path: str, layer: Any, params: Any, y: Any) -> Any:
        if path in edits:
            y = edits[path](y) if callable(edits[path]) else edits[path]
        outputs[path] = y
        return y

    with observed(see):
        y, _ = layer.apply(params, state, x)
    paths = list(paths)
    if unknown := [path for path in (*paths, *edits) if path not in outputs]:
        raise ValueError(
            f"capture: paths is {unknown}; expected paths among {list(outputs)}. "
            "See the paths in summary(layer, x)."
        )
    return y, {path: outputs[path] for path in paths}
