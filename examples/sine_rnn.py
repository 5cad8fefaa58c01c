"""Predict a noisy sine step by step with a simple recurrent network (DeZero's step 59).

    python examples/sine_rnn.py                # a cosine step size, clipped gradients
    python examples/sine_rnn.py --plain        # the settings of the book: Adam at 0.001

It trains by backpropagation through 30 steps at a time, along one curve of 999 steps, and draws
what the network predicts on a cosine that it has not seen.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import optim
from fzero_nn.data import sin_curve
from fzero_nn.models import SimpleRNN

HERE = Path(__file__).parent
MODEL = SimpleRNN(inputs=1, hidden=100, outputs=1)
BPTT = 30  # steps between two updates


# ----------------------------------------------------------------------------------- training


def chunks(x: Any, y: Any) -> list[tuple[Any, Any]]:
    """The curve in pieces of BPTT steps; the last one is shorter."""
    return [(x[i : i + BPTT], y[i : i + BPTT]) for i in range(0, len(x), BPTT)]


def loss_and_carry(params: Any, carry: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The sum of squared errors over a piece, and the hidden state after it."""
    predicted, carry = MODEL.unroll(params, x, carry)
    return fnp.sum((predicted - y) ** 2), carry


def train_epoch(optimizer: Any, params: Any, state: Any, curve: Any) -> tuple[Any, Any, float]:
    """Along the curve once. The hidden state goes from piece to piece, the gradient does not."""
    differentiate = fzero.value_and_grad(loss_and_carry, has_aux=True)
    carry, total = MODEL.initial_carry(params, batch=1), 0.0
    for x, y in curve:
        (loss, carry), gradients = differentiate(params, carry, x, y)
        updates, state = optimizer.update(gradients, state, params)
        params = optim.apply_updates(params, updates)
        total += float(loss)
    return params, state, total / sum(len(x) for x, _ in curve)


def make_optimizer(plain: bool, steps: int) -> Any:
    """Adam; unless plain, with clipped gradients and a step size that falls from 1e-3 to 1e-5."""
    if plain:
        return optim.adam(1e-3)
    rate = optim.cosine_decay_schedule(1e-3, steps, alpha=1e-2)
    return optim.chain(optim.clip_by_global_norm(1.0), optim.adam(rate))


def train(options: argparse.Namespace) -> tuple[Any, list[float]]:
    """Parameters and the mean squared error of each epoch; the seed decides all."""
    init_key, noise_key = random.split(random.key(options.seed))
    curve = chunks(*(a.astype(np.float32)[:, None] for a in sin_curve(noise_key)))
    params, _ = MODEL.init(init_key)
    optimizer = make_optimizer(options.plain, options.epochs * len(curve))
    state, losses = optimizer.init(params), []
    for epoch in range(1, options.epochs + 1):
        params, state, loss = train_epoch(optimizer, params, state, curve)
        losses.append(loss)
        print(f"epoch {epoch:3}  loss {loss:.5f}")
    return params, losses


# ------------------------------------------------------------------------------------- figure


def predict(params: Any, x: np.ndarray) -> np.ndarray:
    """The next value after each of x, shape (T,), from all those before it."""
    return MODEL.unroll(params, x.astype(np.float32)[:, None, None])[0][:, 0, 0]


def draw(path: Path, truth: np.ndarray, predicted: np.ndarray, losses: Sequence[float]) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 2))
    left.semilogy(np.arange(1, len(losses) + 1), losses)
    left.set(xlabel="epoch", ylabel="mean squared error", title="Training")
    right.plot(truth, label="cos x")
    right.plot(np.arange(1, len(predicted) + 1), predicted, label="predicted one step ahead")
    right.set(xlabel="step", title="A curve that it has not seen")
    right.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


# --------------------------------------------------------------------------------------- main


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--epochs", type=int, default=100)
    add("--plain", action="store_true", help="Adam at 0.001, without clipping")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> list[float]:
    """Run the example; returns the mean squared error of each epoch."""
    options = parse(arguments)
    started = time.perf_counter()
    params, losses = train(options)
    print(f"training time {time.perf_counter() - started:.1f} s")
    print(f"last loss {losses[-1]:.5f}, best {min(losses):.5f}")

    truth = np.cos(np.linspace(0, 4 * np.pi, 1000))
    predicted = predict(params, truth[:-1])
    print(f"squared error on the cosine {np.mean((predicted - truth[1:])[50:] ** 2):.5f}")
    draw(options.out / "sine_rnn.png", truth, predicted, losses)
    return losses


if __name__ == "__main__":
    main()
