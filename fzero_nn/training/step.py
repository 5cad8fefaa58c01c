"""One step of training, and an evaluation, composed of pure functions."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import fzero
from fzero import random

from .. import optim
from ..metrics import mean_init, mean_update, mean_value

__all__ = ["TrainState", "evaluate", "make_train_step", "train_state"]


class TrainState(NamedTuple):
    """All that a run needs to go on: what a checkpoint holds.

    Attributes:
        params: the parameters, a pytree.
        state: the state of the layers, such as running means.
        opt_state: the state of the optimizer.
        key: the key of the run, which stays the same.
        step: how many steps were taken.
    """

    params: Any
    state: Any
    opt_state: Any
    key: Any
    step: Any


def train_state(params: Any, state: Any, optimizer: Any, key: Any) -> TrainState:
    """The state of a run before its first step.

    Args:
        params, state: from a layer's init.
        optimizer: a pair of init and update.
        key: a key of random numbers for the run.

    Returns:
        The `TrainState` at step 0.

    Raises:
        TypeError: an optimizer that was not called.

    Example:
        >>> import numpy as np
        >>> from fzero_nn import optim
        >>> train_state({"w": np.ones(2)}, {}, optim.sgd(0.1), random.key(0)).step
        0
    """
    _check_optimizer("train_state", optimizer)
    return TrainState(params, state, optimizer.init(params), key, 0)


def _check_optimizer(function: str, optimizer: Any) -> None:
    if not (hasattr(optimizer, "init") and hasattr(optimizer, "update")):
        raise TypeError(
            f"{function}: optimizer is {optimizer!r:.60}; expected a pair of init and update. "
            "Call the function that makes it, as in optim.adam(1e-3)."
        )


def make_train_step(
    loss_fn: Callable[..., tuple[Any, tuple[Any, Any]]], optimizer: Any, *, donate: bool = False
) -> Callable[[TrainState, Any], tuple[TrainState, dict[str, Any]]]:
    """A function that takes one step of training.

    Args:
        loss_fn: `(params, state, batch, key) -> (loss, (state, metrics))`: a scalar, the new state
            of the layers, and a dictionary of numbers to report. Its key is that of the run,
            folded with the step, so that a run that is continued draws what it would have drawn.
        optimizer: a pair of init and update. It also accumulates gradients over steps, clips
            them, and chooses the step size; one that takes more arguments gets value=loss.
        donate: whether each state is given away to the step after it, which writes the new
            parameters and moments to the memory of the old ones: see `optim.step`. Keep no state
            but the last, nor parts of it, and copy what is to stay; a checkpoint is a copy.

    Returns:
        `(train_state, batch) -> (train_state, metrics)`, with the loss before the step among the
        metrics, as "loss". The given state stays as it is, unless it is donated.

    Raises:
        TypeError: an optimizer that was not called; from the function returned: a loss_fn that
            returns something else, or a state that is no `TrainState`.

    Example:
        >>> import numpy as np
        >>> from fzero_nn import optim
        >>> loss = lambda params, state, x, key: ((params - x) ** 2, (state, {}))
        >>> start = train_state(np.float64(3.0), {}, optim.sgd(0.5), random.key(0))
        >>> make_train_step(loss, optim.sgd(0.5))(start, 1.0)[0].params
        np.float64(1.0)
    """
    _check_optimizer("make_train_step", optimizer)
    differentiate = fzero.value_and_grad(loss_fn, has_aux=True)
    rule = optim.with_extra_args_support(optimizer)

    def step(now: TrainState, batch: Any) -> tuple[TrainState, dict[str, Any]]:
        if not isinstance(now, TrainState):
            raise TypeError(
                f"step: train_state is a {type(now).__name__}; expected a TrainState. "
                "Make it with train_state(params, state, optimizer, key)."
            )
        key = random.fold_in(now.key, now.step)
        (loss, aux), grads = differentiate(now.params, now.state, batch, key)
        state, metrics = _state_and_metrics(aux)
        params, opt_state = optim.step(
            rule, grads, now.opt_state, now.params, donate=donate, value=loss
        )
        return TrainState(params, state, opt_state, now.key, now.step + 1), {"loss": loss} | metrics

    return step


def _state_and_metrics(aux: Any) -> tuple[Any, dict[str, Any]]:
    if isinstance(aux, tuple) and len(aux) == 2 and isinstance(aux[1], dict):
        return aux
    raise TypeError(
        f"step: beside the loss, loss_fn returned a {type(aux).__name__}; expected a pair of the "
        "layers' state and a dictionary of metrics. Write return loss, (state, {})."
    )


def _first_axis(batch: Any) -> int:
    lengths = [x.shape[0] for x in fzero.tree.leaves(batch) if getattr(x, "shape", ())]
    if not lengths:
        raise ValueError(
            f"evaluate: batches has {batch!r}; expected arrays with an axis of rows. "
            "Pass rows=len for lists."
        )
    return lengths[0]


def evaluate(
    metrics_fn: Callable[..., Any],
    params: Any,
    state: Any,
    batches: Iterable[Any],
    rows: Callable[[Any], Any] = _first_axis,
) -> Any:
    """Metrics over a whole data set, each batch weighted by its rows.

    Args:
        metrics_fn: `(params, state, batch) -> metrics`: a pytree of means over the batch's rows,
            computed with train=False.
        params, state: of the layer.
        batches: the batches, the last one may be smaller.
        rows: the weight of a batch; by default the length of axis 0 of its first array that has
            an axis.

    Returns:
        The means, in the structure of the metrics; on a GPU they are not waited for.

    Raises:
        ValueError: there is no batch, or one without rows to count.

    Example:
        >>> import numpy as np
        >>> evaluate(lambda p, s, x: {"mean": x.mean()}, None, None, [np.ones(3), np.zeros(1)])
        {'mean': np.float64(0.75)}
    """
    mean = mean_init()
    for batch in batches:
        mean = mean_update(mean, metrics_fn(params, state, batch), rows(batch))
    if mean.total is None:
        raise ValueError(
            "evaluate: batches is empty; expected one batch at least. "
            "An iterator is used up after one pass: make a new one for each evaluation."
        )
    return mean_value(mean)
