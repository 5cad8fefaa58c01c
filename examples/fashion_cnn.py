"""A convolutional network with batch normalisation and dropout, trained on images of clothes.

The images are a subset of Fashion-MNIST that lies beside this file; --data takes the full set, or
MNIST. Ctrl-C stops after the step that runs, saves, and says how to go on: a run that was
interrupted ends with the same bits as one that was not.

    python examples/fashion_cnn.py
    python examples/fashion_cnn.py --resume
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero_nn as nn
from fzero import random
from fzero_nn import checkpoint, data, losses, metrics, optim, training

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
CLOTHES = data.FASHION_MNIST_CLASSES
#: What makes two runs the same run; a checkpoint holds them.
DECISIVE = ("epochs", "batch_size", "lr", "seed")


# -------------------------------------------------------------------------------------- model


MODEL = nn.models.CNN(inputs=1, size=28, channels=(16, 32), hidden=128, dropout=0.25)


def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
    """The loss of a batch, the new running means, and the accuracy; dropout draws from the key."""
    x, labels = batch
    logits, state = MODEL.apply(params, state, x, key=key, train=True)
    loss = losses.softmax_cross_entropy(logits, labels)
    return loss, (state, {"accuracy": metrics.accuracy(logits, labels)})


def test_metrics(params: Any, state: Any, batch: Any) -> dict[str, Any]:
    """The loss and the accuracy outside of training."""
    x, labels = batch
    logits, _ = MODEL.apply(params, state, x)
    return {
        "loss": losses.softmax_cross_entropy(logits, labels),
        "accuracy": metrics.accuracy(logits, labels),
    }


def predict(params: Any, state: Any, x: Any) -> np.ndarray:
    """The most likely class of each image."""
    parts = [MODEL.apply(params, state, part)[0] for (part,) in data.batches(None, (x,), 500)]
    return np.concatenate([fzero.device_get(y).argmax(-1) for y in parts])


# --------------------------------------------------------------------------------------- data


def as_input(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 of shape (N, 1, H, W) between 0 and 1."""
    return images[:, None].astype(np.float32) / 255


def flipped(key: Any, batch: Any) -> Any:
    """Some of the images mirrored: shoes point both ways."""
    x, labels = batch
    return data.random_flip(key, x), labels


# ----------------------------------------------------------------------------------- training


def setup(options: argparse.Namespace, loader: data.Loader) -> tuple[Any, Any, Any]:
    """The function of one step, and where a run begins: its state and its place in the data."""
    init_key, run_key, data_key = random.split(random.key(options.seed), 3)
    params, state = MODEL.init(init_key)
    optimizer = optim.adam(optim.cosine_decay_schedule(options.lr, len(loader) * options.epochs))
    start = training.train_state(params, state, optimizer, run_key)
    start = fzero.device_put(start, options.device)
    return training.make_train_step(loss_fn, optimizer), start, data.Position(data_key)


def train_epoch(
    step: Any, loader: data.Loader, now: Any, position: Any, interrupted: Any, title: str
) -> tuple[Any, Any, list[Any]]:
    """The rest of an epoch, or as much of it as comes before Ctrl-C; with what each step saw."""
    rows: list[Any] = []
    left = range(position.offset, loader.rows, loader.batch_size)
    with training.progress(len(left), title, "images") as bar:
        for after, batch in loader.epoch(position):
            (now, seen), position = step(now, batch), after
            bar.update(len(batch[1]), **seen)
            rows.append((now.step, seen))
            if interrupted():
                break
    return now, position, rows


def train(options: argparse.Namespace, train_set: Any, test_set: Any) -> tuple[Any, bool]:
    """Train from the start or from the newest checkpoint; the state, and whether it is final."""
    loader = data.Loader(train_set, options.batch_size, transform=flipped)
    step, now, position = setup(options, loader)
    with (
        checkpoint.Manager(options.out / "fashion_cnn", keep_last=2, background=True) as manager,
        training.interruptible() as interrupted,
    ):
        now, position = resumed(options, manager, now, position)
        with training.open_log(log_path(options), after=int(now.step)) as log:
            while position.epoch < options.epochs and not interrupted():
                title = f"epoch {position.epoch + 1:2}/{options.epochs}"
                now, position, rows = train_epoch(step, loader, now, position, interrupted, title)
                if position.offset == 0:
                    rows[-1][1]["test_loss"] = evaluate(now, test_set)["loss"]
                for number, seen in fzero.device_get(rows):  # only now: no step waits for a value
                    log(number, seen)
                manager.save(int(now.step), contents(options, now, position))
    return now, position.epoch == options.epochs


def evaluate(now: Any, test_set: Any) -> dict[str, Any]:
    """The loss and the accuracy on the test images."""
    batches = data.batches(None, test_set, 500)
    return training.evaluate(test_metrics, now.params, now.state, batches)


# ------------------------------------------------------------------------------- checkpoints


def contents(options: argparse.Namespace, now: Any, position: Any) -> dict[str, Any]:
    """All that the run needs to go on, and the options that decide it."""
    decisive = {name: getattr(options, name) for name in DECISIVE}
    return {"train": now, "position": position, "options": decisive}


def resumed(
    options: argparse.Namespace, manager: checkpoint.Manager, now: Any, position: Any
) -> tuple[Any, Any]:
    """Where the run begins: at the newest checkpoint with --resume, else at its start."""
    newest = manager.latest()
    if not options.resume:
        forget(options, manager, newest)
        return now, position
    if newest is None:
        raise SystemExit(f"nothing to resume in {manager.folder}; leave out --resume")
    found = manager.restore(contents(options, now, position), device=options.device)
    differing = [n for n in DECISIVE if found["options"][n] != getattr(options, n)]
    if differing:
        was = " ".join(f"--{n.replace('_', '-')} {found['options'][n]}" for n in differing)
        raise SystemExit(f"the run to resume had other options; add: {was}")
    print(f"resumed at step {newest:,}")
    return found["train"], found["position"]


def forget(options: argparse.Namespace, manager: checkpoint.Manager, newest: int | None) -> None:
    """Remove an earlier run's files, unless it was interrupted and may still be wanted."""
    if newest is None:
        return
    position = manager.restore()["position"]
    if position["epoch"] < checkpoint.load(manager.path(newest))["options"]["epochs"]:
        if not options.restart:
            raise SystemExit(
                f"an interrupted run is in {manager.folder}; "
                "add --resume to go on with it, or --restart to begin anew"
            )
    for number in manager.steps():
        manager.path(number).unlink()
    log_path(options).unlink(missing_ok=True)


def log_path(options: argparse.Namespace) -> Path:
    """Where the losses of each step stand."""
    return options.out / "fashion_cnn.jsonl"


# --------------------------------------------------------------------------------------- main


def draw(options: argparse.Namespace, now: Any, test_set: Any, images: Any, names: Any) -> None:
    """Write the figure, or say what it needs."""
    rows = training.read_log(log_path(options))
    seen, tested = ([row[k] for row in rows if k in row] for k in ("loss", "test_loss"))
    predictions, labels = predict(now.params, now.state, test_set[0]), test_set[1]
    title = f"Test accuracy {(predictions == fzero.device_get(labels)).mean():.3f}"
    path = options.out / "fashion_cnn.png"
    try:
        nn.plot.training_figure(path, seen, tested, images, labels, predictions, names, title)
        print(f"figure {path}")
    except ModuleNotFoundError as error:
        print(f"no figure {error}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, help="a folder with the four IDX files, .gz or not")
    add("--epochs", type=int, default=8)
    add("--batch-size", type=int, default=50)
    add("--lr", type=float, default=3e-3, help="Adam's learning rate at the start")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where checkpoints, log and figure go")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    add("--resume", action="store_true", help="go on with the run that was interrupted")
    add("--restart", action="store_true", help="begin anew although a run was interrupted")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> float | None:
    """Run the example; returns the test accuracy, None if Ctrl-C stopped it."""
    options = parse(arguments)
    images = data.load_idx_folder(options.data) if options.data else data.load_npz(EMBEDDED)
    train_set = as_input(images.train_images), images.train_labels
    test_set = as_input(images.test_images), images.test_labels
    train_set, test_set = fzero.device_put((train_set, test_set), options.device)
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"training on {len(train_set[1]):,} images, testing on {len(test_set[1]):,}")

    started = time.perf_counter()
    now, final = train(options, train_set, test_set)
    print(f"training time {time.perf_counter() - started:.1f} s")
    if not final:
        again = " ".join(
            a for a in (arguments or sys.argv[1:]) if a not in ("--resume", "--restart")
        )
        print(
            f"interrupted and saved at step {int(now.step):,}; to go on:\n"
            f"    python {sys.argv[0]} {again} --resume"
        )
        return None

    found = evaluate(now, test_set)
    draw(options, now, test_set, images.test_images, None if options.data else CLOTHES)
    print(f"test loss {float(found['loss']):.3f}")
    print(f"test accuracy {float(found['accuracy']):.3f}")
    return float(found["accuracy"])


if __name__ == "__main__":
    main()
