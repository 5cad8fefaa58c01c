"""Train an LSTM to write, one character after the other.

    python examples/char_lstm.py                    # learns from the pages of this project
    python examples/char_lstm.py --text FILE        # learns from any text in UTF-8

The last tenth of the text is kept for testing. The network is scored in bits per character, beside
the unigram entropy: what knowing the frequencies of the characters alone would cost.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
from fzero import random
from fzero_nn import RecurrentStack, optim
from fzero_nn.data import Lanes, char_corpus, sequence_batches
from fzero_nn.losses import softmax_cross_entropy
from fzero_nn.models import CharLSTM

HERE = Path(__file__).parent
PAGES = ("README.md", "docs/tour.md", "docs/from_dezero.md", "docs/sharp_bits.md",
         "docs/how_it_works.md", "docs/add_a_primitive.md", "docs/contributing.md")  # fmt: skip
LANES, BPTT = 32, 50


def read(path: Path | None) -> str:
    """The text of a file, or the pages of the project."""
    paths = [path] if path else [HERE.parent / page for page in PAGES]
    return "\n".join(p.read_text(encoding="utf-8") for p in paths)


# ----------------------------------------------------------------------------------- training


def bits_and_carry(model: RecurrentStack, params: Any, carry: Any, piece: Lanes) -> tuple[Any, Any]:
    """Bits per character over a piece, and the carry after it."""
    (x, y), mask = piece
    logits, carry = model.unroll(params, x, carry)
    return softmax_cross_entropy(logits, y, weights=mask) / math.log(2), carry


def train_epoch(
    model: RecurrentStack, optimizer: Any, params: Any, state: Any, pieces: Any
) -> tuple[Any, Any, float]:
    """Along the text once. The carry goes from piece to piece, the gradient does not."""
    differentiate = fzero.value_and_grad(lambda *args: bits_and_carry(model, *args), has_aux=True)
    carry, losses = model.initial_carry(params, LANES), []
    for piece in pieces:
        (loss, carry), gradients = differentiate(params, carry, piece)
        updates, state = optimizer.update(gradients, state, params)
        params = optim.apply_updates(params, updates)
        losses.append(float(loss))
    return params, state, sum(losses) / len(losses)


def train(
    model: RecurrentStack, options: argparse.Namespace, train_set: Any, test_set: Any
) -> tuple[Any, float]:
    """Parameters, and the bits per character of the test text after the last epoch."""
    pieces = list(sequence_batches(train_set, LANES, BPTT))
    test = Lanes(fzero.tree.map(lambda a: a[:, None], test_set), None)
    params, _ = model.init(random.key(options.seed))
    rate = optim.cosine_decay_schedule(options.lr, options.epochs * len(pieces))
    optimizer = optim.chain(optim.clip_by_global_norm(1.0), optim.adam(rate))
    state, bits = optimizer.init(params), math.inf
    for epoch in range(1, options.epochs + 1):
        params, state, loss = train_epoch(model, optimizer, params, state, pieces)
        bits = float(bits_and_carry(model, params, None, test)[0])
        print(f"epoch {epoch:3}  training {loss:.3f}  test {bits:.3f} bits per character")
    return params, bits


def unigram_entropy(ids: np.ndarray) -> float:
    """The entropy of the frequencies of the characters, in bits."""
    _, counts = np.unique(ids, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


# ------------------------------------------------------------------------------------- writing


def write(
    key: Any, model: RecurrentStack, params: Any, start: np.ndarray, length: int, temperature: float
) -> list[int]:
    """Characters drawn one by one after those of `start`; the key decides them.

    A low temperature keeps to what is likely, 1 draws as the network believes.
    """
    logits, carry = model.unroll(params, start[:, None])
    logits, written = logits[-1], []
    for k in random.split(key, length):
        chosen = random.categorical(k, logits[0] / temperature)
        written.append(int(chosen))
        carry, logits = model.step(params, carry, np.array(written[-1:]))
    return written


# --------------------------------------------------------------------------------------- main


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--text", type=Path, help="the file to learn from")
    add("--epochs", type=int, default=10)
    add("--hidden", type=int, default=192)
    add("--lr", type=float, default=5e-3, help="Adam's learning rate at the start")
    add("--temperature", type=float, default=0.7)
    add("--length", type=int, default=400, help="how many characters to write")
    add("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[float, float, str]:
    """Run the example; returns bits per character, the unigram entropy and what was written."""
    options = parse(arguments)
    corpus = char_corpus(read(options.text))
    pairs, cut = (corpus.data, corpus.label), len(corpus.data) * 9 // 10
    train_set, test_set = (tuple(a[part] for a in pairs) for part in (slice(cut), slice(cut, None)))
    model = CharLSTM(len(corpus.char_to_id), options.hidden)
    print(f"learning from {cut:,} characters, {len(corpus.char_to_id)} different ones")

    started = time.perf_counter()
    params, bits = train(model, options, train_set, test_set)
    entropy = unigram_entropy(test_set[1])
    print(f"training time {time.perf_counter() - started:.1f} s")
    print(f"{bits:.3f} bits per character; {entropy:.3f} from the frequencies alone")

    key = random.fold_in(random.key(options.seed), "write")
    ids = write(key, model, params, test_set[0][:50], options.length, options.temperature)
    text = "".join(corpus.id_to_char[i] for i in ids)
    print(f"\n{text}")
    return bits, entropy, text


if __name__ == "__main__":
    main()
