"""Predict a noisy sine with an LSTM on thirty pieces of the curve at once (DeZero's step 60).

    python examples/sine_lstm.py               # a cosine step size, clipped gradients
    python examples/sine_lstm.py --plain       # the settings of the book: Adam at 0.001

The curve of 999 steps is cut into 30 lanes that run side by side, 34 steps long; those that end
a step earlier are masked. Every step is used, and no step twice.
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
from fzero_nn.data import Lanes, sequence_batches, sin_curve
from fzero_nn.models import BetterRNN

HERE = Path(__file__).parent
MODEL = BetterRNN(inputs=1, hidden=100, outputs=1)
LANES, BPTT = 30, 30


# ----------------------------------------------------------------------------------- training


def loss_and_carry(params: Any, carry: Any, piece: Lanes) -> tuple[Any, Any]:
    """The sum over the steps of the mean squared error of the lanes, and the carry after them."""
    (x, y), mask = piece
    predicted, carry = MODEL.unroll(params, x, carry)
    errors = fnp.where(mask[..., None], predicted - y, 0)
    return fnp.sum(errors**2) / LANES, carry


def train_epoch(optimizer: Any, params: Any, state: Any, pieces: Any) -> tuple[Any, Any, float]:
    """Along the lanes once. The carry goes from piece to piece, the gradient does not."""
    differentiate = fzero.value_and_grad(loss_and_carry, has_aux=True)
    carry, total = MODEL.initial_carry(params, LANES), 0.0
    for piece in pieces:
        (loss, carry), gradients = differentiate(params, carry, piece)
        updates, state = optimizer.update(gradients, state, params)
        params = optim.apply_updates(params, updates)
        total += float(loss) * LANES
    return params, state, total / sum(int(piece.mask.sum()) for piece in pieces)


def make_optimizer(plain: bool, steps: int) -> Any:
    """Adam; unless plain, with clipped gradients and a step size that falls from 1e-2 to 1e-4."""
    if plain:
        return optim.adam(1e-3)
    rate = optim.cosine_decay_schedule(1e-2, steps, alpha=1e-2)
    return optim.chain(optim.clip_by_global_norm(1.0), optim.adam(rate))


def train(options: argparse.Namespace) -> tuple[Any, list[float]]:
    """Parameters and the mean squared error of each epoch; the seed decides all."""
    init_key, noise_key = random.split(random.key(options.seed))
    x, y = (a.astype(np.float32) for a in sin_curve(noise_key))
    pieces = list(sequence_batches((x, y), LANES, BPTT))
    params, _ = MODEL.init(init_key)
    optimizer = make_optimizer(options.plain, options.epochs * len(pieces))
    state, losses = optimizer.init(params), []
    for epoch in range(1, options.epochs + 1):
        params, state, loss = train_epoch(optimizer, params, state, pieces)
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
    print(f"last loss {losses[-1]:.5f}")

    truth = np.cos(np.linspace(0, 4 * np.pi, 1000))
    predicted = predict(params, truth[:-1])
    print(f"squared error on the cosine {np.mean((predicted - truth[1:])[50:] ** 2):.5f}")
    draw(options.out / "sine_lstm.png", truth, predicted, losses)
    return losses


if __name__ == "__main__":
    main()
