"""The curvature of a loss by Hessian-vector products, without a Hessian.

    python examples/hessian_vector.py

`fzero.hvp` multiplies the matrix of second derivatives with a vector for the price of a few
gradients, and never builds the matrix. That is enough for its largest eigenvalue by the power
method, for both ends of its spectrum by Lanczos' method, and for Newton's method, whose linear
systems conjugate gradients solve. On logistic regression Newton needs a few steps, where gradient
descent, with the step size that suits the curvature, is far away after thousands.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, optim
from fzero_nn import functional as F

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
MODEL = nn.models.MLP((49, 16, 10), F.tanh)
PULLOVER, COAT = 2, 4


# ------------------------------------------------------------------------------------ vectors


def dot(u: Any, v: Any) -> Any:
    """The inner product of two pytrees."""
    return sum(map(fnp.vdot, fzero.tree.leaves(u), fzero.tree.leaves(v)))


def norm(v: Any) -> float:
    """The length of a pytree."""
    return float(dot(v, v)) ** 0.5


def plus(u: Any, a: Any, v: Any) -> Any:
    """u + a v."""
    return fzero.tree.map(lambda x, y: x + a * y, u, v)


def unit(v: Any) -> Any:
    """v, scaled to length one."""
    length = norm(v)
    return fzero.tree.map(lambda x: x / length, v)


def random_direction(key: Any, like: Any) -> Any:
    """A pytree of length one."""
    leaves, treedef = fzero.tree.flatten(like)
    keys = random.split(key, len(leaves))
    return unit(fzero.tree.unflatten(treedef, map(random.normal, keys, map(np.shape, leaves))))


# ---------------------------------------------------------------------------------- curvature


def power_method(product: Callable[..., Any], v: Any, steps: int) -> list[float]:
    """Estimates v . H v of the eigenvalue that is largest in size; v becomes H v / |H v|."""
    found = []
    for _ in range(steps):
        moved = product(v)
        found.append(float(dot(v, moved)))
        v = unit(moved)
    return found


def lanczos(product: Callable[..., Any], v: Any, steps: int) -> np.ndarray:
    """The eigenvalues of H on the space that v, H v, H H v, ... span, in ascending order.

    In the basis that these vectors give, H is tridiagonal. Each new vector is made orthogonal to
    all before it, twice, since rounding would otherwise let eigenvalues appear again and again.
    """
    basis, diagonal, beside = [unit(v)], [], []
    for _ in range(steps):
        moved = product(basis[-1])
        diagonal.append(float(dot(basis[-1], moved)))
        for b in (*basis, *basis):
            moved = plus(moved, -dot(b, moved), b)
        beside.append(norm(moved))
        if beside[-1] < 1e-10 * max(map(abs, diagonal)):
            break  # the space is complete
        basis.append(unit(moved))
    off = beside[: len(diagonal) - 1]
    return np.linalg.eigvalsh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))


# ------------------------------------------------------------------------------- minimisation


class Descent(NamedTuple):
    """What a minimiser gives: its last parameters, and the loss and |gradient| at each."""

    params: Any
    losses: list[float]
    slopes: list[float]


def conjugate_gradients(product: Callable[..., Any], b: Any, tolerance: float) -> Any:
    """x with |H x - b| <= tolerance |b|, for a positive definite H."""
    x, residual, direction = fzero.tree.map(fnp.zeros_like, b), b, b
    square = norm(b) ** 2
    goal = tolerance**2 * square
    while square > goal:
        moved = product(direction)
        step = square / float(dot(direction, moved))
        x, residual = plus(x, step, direction), plus(residual, -step, moved)
        before, square = square, norm(residual) ** 2
        direction = plus(residual, square / before, direction)
    return x


def newton(loss: Callable[..., Any], params: Any, tolerance: float = 1e-10) -> Descent:
    """Newton's method for a strictly convex loss, until its gradient is as short as said.

    Each step solves H d = gradient: roughly at first, ever better as the gradient vanishes. It is
    halved until the gradient becomes shorter.
    """
    differentiate, product = fzero.value_and_grad(loss), fzero.hvp(loss)
    value, gradient = differentiate(params)
    seen = Descent(params, [float(value)], [norm(gradient)])
    while (slope := seen.slopes[-1]) > tolerance:
        here, size = params, 1.0
        accuracy = min(0.5, slope)
        direction = conjugate_gradients(lambda v, at=here: product(at, v), gradient, accuracy)
        while size == 1.0 or norm(gradient) > (1 - 1e-4 * size) * slope:
            params = plus(here, -size, direction)
            value, gradient = differentiate(params)
            size /= 2
        seen.losses.append(float(value))
        seen.slopes.append(norm(gradient))
    return seen._replace(params=params)


def gradient_descent(loss: Callable[..., Any], params: Any, rate: float, steps: int) -> Descent:
    """So many steps of one size."""
    differentiate, seen = fzero.value_and_grad(loss), Descent(params, [], [])
    for _ in range(steps + 1):
        value, gradient = differentiate(params)
        seen.losses.append(float(value))
        seen.slopes.append(norm(gradient))
        params = plus(params, -rate, gradient)
    return seen._replace(params=params)


# ------------------------------------------------------------------------------ the two losses


def small_images(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, 28, 28) as means of squares of 4x4, float64 of shape (N, 49)."""
    return images.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49) / 255


def network_loss(batch: Any) -> Callable[..., Any]:
    """The cross-entropy of a small network, as a function of its parameters."""
    x, labels = batch
    return lambda params: losses.softmax_cross_entropy(MODEL.apply(params, {}, x)[0], labels)


def logistic_loss(batch: Any, decay: float) -> Callable[..., Any]:
    """That of logistic regression, with a weight decay that makes it strictly convex."""
    x, labels = batch

    def loss(params: Any) -> Any:
        scores = x @ params["w"] + params["b"]
        penalty = decay / 2 * dot(params, params)
        return losses.sigmoid_binary_cross_entropy(scores, labels) + penalty

    return loss


def trained(loss: Callable[..., Any], params: Any, steps: int) -> Any:
    """The parameters after some steps of Adam."""
    optimizer = optim.adam(1e-2)
    state = optimizer.init(params)
    for _ in range(steps):
        updates, state = optimizer.update(fzero.grad(loss)(params), state, params)
        params = optim.apply_updates(params, updates)
    return params


# --------------------------------------------------------------------------------- the lessons


def curvature(options: argparse.Namespace, batch: Any) -> tuple[list[float], np.ndarray]:
    """The estimates of the power method and of Lanczos' for the Hessian of a trained network."""
    init_key, start_key = random.split(random.key(options.seed))
    params = fzero.tree.map(lambda p: p.astype(np.float64), MODEL.init(init_key)[0])
    start = random_direction(start_key, params)
    params, start = fzero.device_put((params, start), options.device)
    loss = network_loss(batch)
    params = trained(loss, params, options.steps)

    def product(v: Any) -> Any:
        return fzero.hvp(loss)(params, v)

    power = power_method(product, start, options.products)
    nodes = lanczos(product, start, options.products)
    size = sum(p.size for p in fzero.tree.leaves(params))
    print(f"a network of {size} parameters, at loss {float(loss(params)):.3f}")
    print(f"largest eigenvalue, {options.products} products by the power method  {power[-1]:.4f}")
    print(f"the same by Lanczos' method  {nodes[-1]:.4f}, and the smallest {nodes[0]:.4f}")
    return power, nodes


def minimise(options: argparse.Namespace, batch: Any) -> tuple[Descent, Descent]:
    """Newton and gradient descent, from zero, on pullovers and coats."""
    x, labels = batch
    chosen = (labels == PULLOVER) | (labels == COAT)
    loss = logistic_loss((x[chosen], labels[chosen] == COAT), options.decay)
    zero = fzero.device_put({"w": np.zeros(49), "b": np.zeros(())}, options.device)
    by_newton = newton(loss, zero)
    start = unit(fzero.tree.map(fnp.ones_like, zero))
    # The logistic curve is steepest at zero: nowhere is the curvature larger.
    largest = power_method(lambda v: fzero.hvp(loss)(zero, v), start, 50)[-1]
    plain = gradient_descent(loss, zero, 1 / largest, options.descent)
    for name, run in (("Newton", by_newton), ("gradient descent", plain)):
        steps, slope = len(run.losses) - 1, run.slopes[-1]
        print(f"{name:16} {steps:5} steps  loss {run.losses[-1]:.8f}  |gradient| {slope:.1e}")
    return by_newton, plain


# --------------------------------------------------------------------------------------- main


def draw(path: Path, power: list[float], nodes: np.ndarray, runs: Sequence[Descent]) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(np.arange(1, len(power) + 1), power, "o-", label="power method")
    left.plot(np.full(len(nodes), len(power) + 2), nodes, "_", ms=14, label="Lanczos, all values")
    left.set(xlabel="Hessian-vector products", title="Eigenvalues of the Hessian of a network")
    for name, run in zip(("Newton", "gradient descent"), runs, strict=True):
        right.loglog(np.arange(1, len(run.slopes) + 1), run.slopes, label=name)
    right.set(xlabel="gradients", title="|gradient| of a logistic regression")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--images", type=int, default=5000, help="how many the losses are of")
    add("--steps", type=int, default=500, help="steps of Adam before the curvature is measured")
    add("--products", type=int, default=30, help="products for the eigenvalues")
    add("--decay", type=float, default=1e-4, help="weight decay of the logistic regression")
    add("--descent", type=int, default=5000, help="steps of gradient descent")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[float, Descent, Descent]:
    """Run the example; returns the largest eigenvalue, and what the two minimisers saw."""
    options = parse(arguments)
    found, n = data.load_npz(EMBEDDED), options.images
    batch = small_images(found.train_images[:n]), found.train_labels[:n]
    batch = fzero.device_put(batch, options.device)
    started = time.perf_counter()
    power, nodes = curvature(options, batch)
    runs = minimise(options, batch)
    print(f"time {time.perf_counter() - started:.1f} s")
    draw(options.out / "hessian_vector.png", power, nodes, runs)
    return float(nodes[-1]), *runs


if __name__ == "__main__":
    main()
