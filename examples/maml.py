"""Learn to learn: parameters from which one step of gradient descent fits a new sine (MAML).

    python examples/maml.py

A task is a sine of its own amplitude and phase, and ten points of it. The loss of a task is taken
after a step of gradient descent on these points, at ten other points, and it is differentiated
through the step: a gradient of a gradient. `fzero.vmap` runs the tasks of a batch beside each
other. A network that was trained on the same tasks without looking ahead knows only their mean, and
a step brings it hardly nearer, even with the step size that suits it best.

Source: Finn, Abbeel and Levine, Model-agnostic meta-learning, 2017, arXiv:1703.03400.
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
from fzero_nn import functional as F
from fzero_nn import losses, optim

HERE = Path(__file__).parent
MODEL = nn.models.MLP((1, 40, 40, 1), F.tanh)
POINTS = 10
#: The step sizes among which the network that was trained jointly finds its best.
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)


# -------------------------------------------------------------------------------------- tasks


class Task(NamedTuple):
    """Points to learn a sine from, and points to be tested at; arrays of shape (POINTS, 1)."""

    x: Any
    y: Any
    test_x: Any
    test_y: Any


def draw_task(key: Any) -> Task:
    """y = a sin(x - p), with a from 0.1 to 5, p from 0 to pi, and x from -5 to 5."""
    amplitude_key, phase_key, x_key = random.split(key, 3)
    amplitude = random.uniform(amplitude_key, (), np.float32, 0.1, 5.0)
    phase = random.uniform(phase_key, (), np.float32, 0.0, np.pi)
    x = random.uniform(x_key, (2, POINTS, 1), np.float32, -5.0, 5.0)
    y = amplitude * fnp.sin(x - phase)
    return Task(x[0], y[0], x[1], y[1])


def draw_tasks(key: Any, count: int) -> Task:
    """So many tasks, along a new first axis."""
    return fzero.vmap(draw_task)(random.split(key, count))


# ----------------------------------------------------------------------------------- learning


def loss(params: Any, x: Any, y: Any) -> Any:
    """The mean squared error of the network."""
    return losses.mse(MODEL.apply(params, {}, x)[0], y)


def adapt(params: Any, x: Any, y: Any, rate: Any, steps: int = 1) -> Any:
    """The parameters after some steps of gradient descent on a task."""
    for _ in range(steps):
        gradients = fzero.grad(loss)(params, x, y)
        params = fzero.tree.map(lambda p, g: p - rate * g, params, gradients)
    return params


def meta_loss(params: Any, tasks: Task, rate: float) -> Any:
    """The mean over tasks of the loss at the test points, after one step on the others."""

    def of_one(task: Task) -> Any:
        return loss(adapt(params, task.x, task.y, rate), task.test_x, task.test_y)

    return fzero.vmap(of_one)(tasks).mean()


def joint_loss(params: Any, tasks: Task, rate: float) -> Any:
    """The mean over tasks of the loss at all points, with the parameters as they are."""
    del rate  # nobody adapts
    return (loss(params, tasks.x, tasks.y) + loss(params, tasks.test_x, tasks.test_y)) / 2


def train(options: argparse.Namespace, objective: Callable[..., Any]) -> tuple[Any, list[float]]:
    """The parameters that minimise an objective over many batches of tasks, and its values."""
    init_key, task_key = random.split(random.key(options.seed))
    params = fzero.device_put(MODEL.init(init_key)[0], options.device)
    optimizer = optim.adam(optim.cosine_decay_schedule(options.lr, options.steps))
    state, seen = optimizer.init(params), []
    for step in range(options.steps):
        tasks = draw_tasks(random.fold_in(task_key, step), options.tasks)
        tasks = fzero.device_put(tasks, options.device)
        value, gradients = fzero.value_and_grad(objective)(params, tasks, options.rate)
        updates, state = optimizer.update(gradients, state, params)
        params = optim.apply_updates(params, updates)
        seen.append(float(value))
        if (step + 1) % max(1, options.steps // 4) == 0:
            print(f"{objective.__name__:10} step {step + 1:5}  {np.mean(seen[-200:]):.3f}")
    return fzero.device_get(params), seen


# -------------------------------------------------------------------------------------- tests


def losses_after(params: Any, tasks: Task, rates: Any, steps: int) -> np.ndarray:
    """The loss at test points after 0, 1, ... steps, the mean over tasks: (rates, steps + 1)."""

    def of_one(task: Task, rate: Any) -> Any:
        now, found = params, []
        for _ in range(steps + 1):
            found.append(loss(now, task.test_x, task.test_y))
            now = adapt(now, task.x, task.y, rate)
        return fnp.stack(found)

    over_tasks = fzero.vmap(of_one, in_axes=(0, None))
    return fzero.vmap(over_tasks, in_axes=(None, 0))(tasks, rates).mean(1)


def best_rate(params: Any, tasks: Task) -> float:
    """The one of RATES that leaves the smallest loss after one step."""
    return RATES[losses_after(params, tasks, np.asarray(RATES, np.float32), 1)[:, 1].argmin()]


# ------------------------------------------------------------------------------------- figure


def draw(path: Path, learners: dict[str, Any], curves: dict[str, np.ndarray], task: Task) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(14, 4.2), layout="constrained")
    *panels, right = figure.subplots(1, 3)
    x = np.linspace(-5, 5, 200, dtype=np.float32)[:, None]
    for axes, (name, (params, rate)) in zip(panels, learners.items(), strict=True):
        for steps, style in ((0, ":"), (1, "-"), (10, "--")):
            now = adapt(params, task.x, task.y, rate, steps)
            label = f"after {steps} step" + "s" * (steps != 1)
            axes.plot(x, MODEL.apply(now, {}, x)[0], style, label=label)
        axes.plot(task.x, task.y, "k^", label="ten points of a new task")
        axes.set(title=name, ylim=(-6, 9))
        axes.legend(frameon=False, loc="upper right")
    for name, curve in curves.items():
        right.semilogy(curve, "o-", label=name)
    right.set(xlabel="steps on a new task", title="Squared error at other points, mean over tasks")
    right.legend(frameon=False, loc="center right")
    for axes in (*panels, right):
        axes.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


# --------------------------------------------------------------------------------------- main


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--steps", type=int, default=2500, help="steps of meta-training")
    add("--tasks", type=int, default=25, help="tasks in each step")
    add("--rate", type=float, default=0.02, help="the step size on a task")
    add("--lr", type=float, default=3e-3, help="Adam's learning rate at the start")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"), help="for the training")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Run the example; returns the losses on new tasks after 0, 1, ..., 10 steps."""
    options = parse(arguments)
    started = time.perf_counter()
    meta, joint = (train(options, objective)[0] for objective in (meta_loss, joint_loss))
    print(f"training time {time.perf_counter() - started:.1f} s")

    choose_key, test_key = random.split(random.fold_in(random.key(options.seed), "test"))
    learners = {
        "meta-trained": (meta, options.rate),
        "jointly trained": (joint, best_rate(joint, draw_tasks(choose_key, 500))),
    }
    tasks, curves = draw_tasks(test_key, 500), {}
    for name, (params, rate) in learners.items():
        curves[name] = curve = losses_after(params, tasks, np.full(1, rate, np.float32), 10)[0]
        print(
            f"{name:16} loss on new tasks {curve[0]:.3f}, after one step of size {rate} "
            f"{curve[1]:.3f}, after ten {curve[10]:.3f}"
        )
    tallest = np.abs(tasks.y).max((1, 2)).argmax()
    shown = fzero.tree.map(lambda a: a[tallest], tasks)
    draw(options.out / "maml.png", learners, curves, shown)
    return curves


if __name__ == "__main__":
    main()
