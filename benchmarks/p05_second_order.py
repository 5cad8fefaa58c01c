"""P5: Hessians, and the gradients of a network for each example of a batch."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from . import peers
from .row import Limit, Row, Setup, Variant

#: (namespace, arguments that are constant, x) -> scalar
Objective = Callable[..., Any]
LAYERS = (64, 128, 128, 10)
POINTS = 1000


# ------------------------------------------------------------------------------ the functions


def rosenbrock(xp: Any, x: Any) -> Any:
    """sum 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2."""
    head, tail = x[:-1], x[1:]
    rise, rest = tail - head * head, 1.0 - head
    return xp.sum(100.0 * rise * rise + rest * rest)


def logistic(xp: Any, w: Any, points: Any) -> Any:
    """The mean of log(1 + exp(-p @ w)), p a data point times its sign."""
    return xp.mean(xp.log1p(xp.exp(-(points @ w))))


def network(xp: Any, params: dict[str, Any], x: Any, target: Any) -> Any:
    """Softmax cross-entropy of one example; `target` is one-hot."""
    h = x
    for i in range(len(LAYERS) - 1):
        h = xp.matmul(h, params[f"W{i}"]) + params[f"b{i}"]
        if i < len(LAYERS) - 2:
            h = xp.tanh(h)
    return xp.log(xp.sum(xp.exp(h))) - xp.sum(h * target)


# ----------------------------------------------------------------------------------- the data


def rosenbrock_data(size: int) -> list[np.ndarray]:
    """A point in `size` dimensions."""
    return [np.random.default_rng(0).uniform(-1.0, 1.0, size)]


def logistic_data(size: int) -> list[np.ndarray]:
    """Weights of `size` variables, and 1000 points."""
    rng = np.random.default_rng(0)
    return [0.1 * rng.normal(size=size), rng.normal(size=(POINTS, size))]


def network_data(size: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """float32 parameters, `size` examples and their one-hot targets."""
    rng = np.random.default_rng(0)
    params = {}
    for i, (n, m) in enumerate(zip(LAYERS, LAYERS[1:], strict=False)):
        params[f"W{i}"] = rng.normal(0, n**-0.5, (n, m)).astype(np.float32)
        params[f"b{i}"] = np.zeros(m, np.float32)
    x = rng.normal(size=(size, LAYERS[0])).astype(np.float32)
    return params, x, np.eye(LAYERS[-1], dtype=np.float32)[rng.integers(0, LAYERS[-1], size)]


# --------------------------------------------------------------------------------- the Hessians

Data = Callable[[int], list[np.ndarray]]


def hessian(f: Objective, data: Data) -> Setup:
    """`fzero.hessian` in the first argument."""

    def setup(size: int) -> Callable[[], Any]:
        args, second = data(size), fzero.hessian(lambda *args: f(fnp, *args))
        return lambda: second(*args)

    return setup


def objective(f: Objective, data: Data) -> Setup:
    """The value in plain NumPy."""

    def setup(size: int) -> Callable[[], Any]:
        args = data(size)
        return lambda: f(np, *args)

    return setup


def torch_hessian(f: Objective, data: Data) -> Setup:
    """`torch.func.hessian`."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        args = [torch.tensor(a) for a in data(size)]
        second = torch.func.hessian(lambda *args: f(torch, *args))
        return lambda: second(*args)

    return setup


def torch_vectorized(f: Objective, data: Data) -> Setup:
    """PyTorch's older `torch.autograd.functional.hessian`, vectorized."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        x, *rest = (torch.tensor(a) for a in data(size))
        second = torch.autograd.functional.hessian
        return lambda: second(lambda x: f(torch, x, *rest), x, vectorize=True)

    return setup


def autograd_hessian(f: Objective, data: Data) -> Setup:
    """`autograd.hessian`."""

    def setup(size: int) -> Callable[[], Any]:
        autograd, args = peers.autograd(), data(size)
        second = autograd.hessian(lambda *args: f(autograd.numpy, *args))
        return lambda: second(*args)

    return setup


def of_hessian(name: str, f: Objective, data: Data, sizes: tuple[int, ...]) -> Variant:
    """A variant that measures the Hessian of `f`."""
    return Variant(
        name,
        ours=hessian(f, data),
        peers={
            "numpy": {"numpy": objective(f, data)},
            "torch.func": {"torch.func.hessian": torch_hessian(f, data)},
            "torch": {"torch vectorized": torch_vectorized(f, data)},
            "autograd": {"autograd.hessian": autograd_hessian(f, data)},
        },
        sizes=sizes,
        value_only=("numpy",),
        rtol=1e-7,
    )


# ----------------------------------------------------------------------- per-example gradients


def per_example(size: int) -> Callable[[], Any]:
    """`fzero.vmap` of `fzero.grad`."""
    data = network_data(size)
    rows = fzero.vmap(fzero.grad(lambda *args: network(fnp, *args)), in_axes=(None, 0, 0))
    return lambda: rows(*data)


def batch_loss(size: int) -> Callable[[], Any]:
    """The loss of each example in plain NumPy, one by one."""
    params, xs, targets = network_data(size)
    return lambda: [network(np, params, x, t) for x, t in zip(xs, targets, strict=True)]


def torch_per_example(size: int) -> Callable[[], Any]:
    """`torch.func.vmap` of `torch.func.grad`."""
    torch = peers.torch()
    params, x, target = network_data(size)
    params = {k: torch.tensor(v) for k, v in params.items()}
    x, target = torch.tensor(x), torch.tensor(target)
    gradient = torch.func.grad(lambda *args: network(torch, *args))
    rows = torch.func.vmap(gradient, in_dims=(None, 0, 0))
    return lambda: rows(params, x, target)


def autograd_per_example(size: int) -> Callable[[], Any]:
    """A loop of `autograd.grad`, its results stacked: autograd has no vmap."""
    autograd = peers.autograd()
    params, xs, targets = network_data(size)
    gradient = autograd.grad(lambda *args: network(autograd.numpy, *args))

    def run() -> Any:
        rows = [gradient(params, x, t) for x, t in zip(xs, targets, strict=True)]
        return {k: np.stack([r[k] for r in rows]) for k in params}

    return run


ROW = Row(
    id="P5",
    title="Hessians and per-example gradients",
    work=(
        "The Hessian of the Rosenbrock function and of a logistic loss over 1000 points "
        "(float64), sizes counting the variables; the gradient of each example of a batch "
        "through an MLP 64-128-128-10 (float32), sizes counting the examples. The yardstick is "
        "the value alone in NumPy. PyTorch's older vectorized Hessian is shown without a target."
    ),
    size="variables or examples",
    limits={"torch.func": Limit("ratio", 0.5), "autograd": Limit("ratio", 0.5)},
    variants=[
        of_hessian("Hessian of Rosenbrock", rosenbrock, rosenbrock_data, (10, 100)),
        of_hessian("Hessian of a logistic loss", logistic, logistic_data, (10, 100)),
        Variant(
            "per-example gradients of an MLP",
            ours=per_example,
            peers={
                "numpy": {"numpy": batch_loss},
                "torch.func": {"torch.func": torch_per_example},
                "autograd": {"autograd loop": autograd_per_example},
            },
            sizes=(32, 256),
            value_only=("numpy",),
            rtol=1e-3,
        ),
    ],
)
