"""Sums of products over labelled axes.

The primitive takes its subscripts in a normal form: no ellipsis, an output, no label twice in one
operand, none that is summed in one operand alone. The composite `einsum` brings everything else to
it with diagonals and sums. The form is closed under transposition, so that the pullback of an
operand is the same primitive with that operand and the output exchanged.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..rules import custom, draw, match
from .elementwise import astype
from .reduction import sum as sum_
from .structural import diagonal, reshape, transpose

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MOST = 64  # operands, as many as NumPy takes

# ----------------------------------------------------------------------------------- primitive


def _terms(subscripts: str) -> tuple[list[str], str]:
    inputs, out = subscripts.split("->")
    return inputs.split(","), out


@functools.lru_cache(maxsize=1024)
def _plan(subscripts: str) -> tuple[str, tuple[Any, ...]]:
    """How to compute a product of two operands: by broadcasting, or by one stack of matmuls."""
    terms, out = _terms(subscripts)
    if len(terms) != 2:
        return "general", ()
    x, y = terms
    summed = [c for c in x if c in y and c not in out]
    rows = [c for c in x if c not in y]
    columns = [c for c in y if c not in x]
    if not summed and not (rows and columns):  # einsum's own loop is faster at outer products
        return "multiply", tuple(
            (
                tuple(term.index(c) for c in out if c in term),
                tuple(slice(None) if c in term else None for c in out),
            )
            for term in terms
        )
    if not summed or not (rows or columns):  # inner products: einsum's own loop is the fastest
        return "general", ()
    stack = [c for c in x if c in y and c in out]
    computed = [*stack, *rows, *columns]
    return "matmul", (
        tuple(x.index(c) for c in (*stack, *rows, *summed)),
        tuple(y.index(c) for c in (*stack, *summed, *columns)),
        tuple(computed.index(c) for c in out),
        len(stack),
        len(rows),
        len(summed),
    )


def _stacked_matmul(xp: Any, x: Any, y: Any, plan: tuple[Any, ...]) -> Any:
    order_x, order_y, order, stack, rows, summed = plan
    x, y = xp.transpose(x, order_x), xp.transpose(y, order_y)
    outer, inner = x.shape[: stack + rows], math.prod(x.shape[stack + rows :])
    columns = y.shape[stack + summed :]
    head = outer[:stack]
    left = xp.reshape(x, (*head, math.prod(outer[stack:]), inner))
    right = xp.reshape(y, (*head, inner, math.prod(columns)))
    return xp.transpose(xp.reshape(xp.matmul(left, right), (*outer, *columns)), order)


def _contract(xp: Any) -> Any:
    def contract(*xs: Any, subscripts: str) -> Any:
        kind, plan = _plan(subscripts)
        if kind == "matmul":
            return _stacked_matmul(xp, *xs, plan)
        if kind == "multiply":
            x, y = (
                xp.transpose(x, order)[index] if order else x
                for x, (order, index) in zip(xs, plan, strict=True)
            )
            return xp.multiply(x, y)
        return xp.einsum(subscripts, *xs, optimize="greedy" if len(xs) > 2 else False)

    return contract


def _pull(i: int) -> Any:
    """The pull of operand `i`: the output takes its place in the product, and it the output's."""

    def pull(ans: Any, *xs: Any, subscripts: str) -> Any:
        terms, out = _terms(subscripts)
        own, dtype = terms[i], dtype_of(xs[i])
        others = (*xs[:i], *xs[i + 1 :])
        back = f"{','.join([out, *terms[:i], *terms[i + 1 :]])}->{own}"

        def linear_map(g: Any) -> Any:
            c = contract(g, *others, subscripts=back)
            return c if dtype_of(c) == dtype else astype(c, dtype=dtype)

        return linear_map

    return pull


def _jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    total = None
    for i, t in enumerate(tangents):
        if t is not None:
            term = contract(*args[:i], t, *args[i + 1 :], **params)
            total = term if total is None else total + term
    return match(total, ans)


def _batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    terms, out = _terms(params["subscripts"])
    fresh = _unused(params["subscripts"], 1)
    inputs = ",".join(fresh + t if b else t for t, b in zip(terms, batched, strict=True))
    return contract(*args, subscripts=f"{inputs}->{fresh}{out}"), True


def _samples(rng: Any) -> list[Any]:
    cases = [
        ("ij,jk->ik", (2, 3), (3, 2)),
        ("ij,ij->", (2, 3), (2, 3)),
        ("bij,bkj->kbi", (2, 2, 3), (2, 1, 3)),
        ("i,j->ji", (2,), (3,)),
        ("ij,jk,ik->i", (2, 3), (3, 2), (2, 2)),
        (",i->i", (), (3,)),
    ]
    real = [(tuple(draw(rng, s) for s in ss), {"subscripts": text}) for text, *ss in cases]
    mixed = (draw(rng, (2, 3), complex=True), draw(rng, (3,)))
    return [*real, (mixed, {"subscripts": "ij,j->i"})]


# Linear in each of any number of operands: no category has more than two.
contract = custom(
    "einsum",
    _contract,
    pulls=tuple(map(_pull, range(MOST))),
    jvp=_jvp,
    batch=_batch,
    samples=_samples,
    linear=tuple(frozenset({i}) for i in range(MOST)),
)

# --------------------------------------------------------------------------- reading subscripts


def _unused(text: str, n: int) -> str:
    free = [c for c in LETTERS if c not in text]
    if len(free) < n:
        raise ValueError(
            f"einsum: {text!r} leaves {len(free)} letters for {n} more axes; expected at most "
            f"{len(LETTERS)} labels in all, those of the ellipsis and of vmap included. Split the "
            "product in two."
        )
    return "".join(free[:n])


def _interleaved(parts: Sequence[Any]) -> tuple[str, list[Any]]:
    """einsum(x, [0, 1], y, [1, 2], [0, 2]) as a string and its operands."""

    def text(labels: Any) -> str:
        return "".join("..." if i is Ellipsis else LETTERS[i] for i in labels)

    count = len(parts) // 2
    terms = ",".join(text(labels) for labels in parts[1 : 2 * count : 2])
    operands = list(parts[: 2 * count : 2])
    return (f"{terms}->{text(parts[-1])}" if len(parts) % 2 else terms), operands


@functools.lru_cache(maxsize=1024)
def _read(subscripts: str, ranks: tuple[int, ...]) -> tuple[tuple[str, ...], str]:
    """A label per axis for each operand, and those of the output."""
    text = subscripts.replace(" ", "")
    inputs, arrow, out = text.partition("->")
    terms = inputs.split(",")
    plain = text.replace("...", "").replace("->", "").replace(",", "")
    if plain and not all(c in LETTERS for c in plain):
        raise ValueError(
            f"einsum: subscripts is {subscripts!r}; expected letters, commas, '...' and one '->'. "
            "Write for example 'ij,jk->ik'."
        )
    if len(terms) != len(ranks):
        raise ValueError(
            f"einsum: subscripts {subscripts!r} has {len(terms)} terms for {len(ranks)} operands; "
            "expected one each. Separate them by commas."
        )
    lengths = [len(t.replace("...", "")) for t in terms]
    for i, (term, length, rank) in enumerate(zip(terms, lengths, ranks, strict=True)):
        if length > rank or ("..." not in term and length < rank) or term.count("...") > 1:
            raise ValueError(
                f"einsum: term {i} of {subscripts!r} is {term!r} for an operand of {rank} axes; "
                "expected a label for each axis. Write '...' for those that are not named."
            )
    widths = [r - n for t, n, r in zip(terms, lengths, ranks, strict=True) if "..." in t]
    dots = _unused(text, max(widths, default=0))
    full = tuple(
        t.replace("...", dots[len(dots) - (r - n) :])
        for t, n, r in zip(terms, lengths, ranks, strict=True)
    )
    if not arrow:
        return full, dots + "".join(sorted(c for c in set(plain) if plain.count(c) == 1))
    if dots and "..." not in out:
        raise ValueError(
            f"einsum: the output of {subscripts!r} has no '...'; expected one, as the operands "
            "have it. Add it to the output, and sum its axes afterwards."
        )
    out = out.replace("...", dots)
    bad = [c for c in out if out.count(c) > 1 or not any(c in t for t in full)]
    if bad:
        raise ValueError(
            f"einsum: the output of {subscripts!r} has {bad[0]!r} {out.count(bad[0])} times; "
            "expected labels of the operands, each once. Rename or drop it."
        )
    return full, out


def _sizes(subscripts: str, terms: Sequence[str], operands: Sequence[Any]) -> dict[str, int]:
    """The size of each label; an axis of size 1 stretches, as in NumPy."""
    sizes: dict[str, int] = {}
    for term, x in zip(terms, operands, strict=True):
        for c, n in zip(term, shape_of(x), strict=True):
            known = sizes.setdefault(c, n)
            if known == 1:
                sizes[c] = n
            elif n not in (1, known):
                raise ValueError(
                    f"einsum: label {c!r} of {subscripts!r} has sizes {known} and {n}; expected "
                    f"one size, or 1. The operands have shapes {[*map(shape_of, operands)]}."
                )
    return sizes


# ------------------------------------------------------------------------------------ composite


def _diagonals(x: Any, term: str) -> tuple[Any, str]:
    """`x` without repeated labels."""
    for c in term:
        while term.count(c) > 1:
            first, second = term.index(c), term.rindex(c)
            shape = shape_of(x)
            if shape[first] != shape[second]:
                raise ValueError(
                    f"einsum: label {c!r} names axes of sizes {shape[first]} and {shape[second]} "
                    "of one operand; expected equal sizes for its diagonal. Check the subscripts."
                )
            x = diagonal(x, offset=0, axis1=first, axis2=second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + c
    return x, term


def _unstretched(x: Any, term: str, sizes: dict[str, int]) -> tuple[Any, str]:
    """`x` without the axes of size 1 that stretch to another operand's size."""
    kept = [n == sizes[c] for c, n in zip(term, shape_of(x), strict=True)]
    if all(kept):
        return x, term
    shape = tuple(n for n, k in zip(shape_of(x), kept, strict=True) if k)
    return reshape(x, shape=shape), "".join(c for c, k in zip(term, kept, strict=True) if k)


def _summed(x: Any, term: str, elsewhere: str) -> tuple[Any, str]:
    """`x` summed over the labels that occur nowhere else."""
    axes = tuple(i for i, c in enumerate(term) if c not in elsewhere)
    if not axes:
        return x, term
    total = sum_(x, axis=axes, keepdims=False)
    if dtype_of(total) != dtype_of(x):  # sums of small integers are widened, products are not
        total = astype(total, dtype=dtype_of(x))
    return total, "".join(c for c in term if c in elsewhere)


def einsum(subscripts: Any, *operands: Any) -> Any:
    """The sum of products that `subscripts` describes, with NumPy's meaning.

    Args:
        subscripts: such as "ij,jk->ik", with implicit output, "..." and repeated labels; or the
            interleaved form einsum(x, [0, 1], y, [1, 2], [0, 2]).
        *operands: an array per term.

    Raises:
        ValueError: terms, labels and operands do not fit together.

    Example:
        >>> import numpy as np
        >>> einsum("ij,ij->i", np.eye(2), np.ones((2, 2))).tolist()
        [1.0, 1.0]
    """
    if not isinstance(subscripts, str):
        subscripts, operands = _interleaved((subscripts, *operands))  # type: ignore[assignment]
    xs = [coerce(x) for x in operands]
    terms, out = _read(subscripts, tuple(len(shape_of(x)) for x in xs))
    sizes = _sizes(subscripts, terms, xs)
    pairs = [_diagonals(x, t) for x, t in zip(xs, terms, strict=True)]
    pairs = [_unstretched(x, t, sizes) for x, t in pairs]
    labels = [t for _, t in pairs]
    pairs = [
        _summed(x, t, out + "".join(labels[:i] + labels[i + 1 :])) for i, (x, t) in enumerate(pairs)
    ]
    if len(pairs) == 1:
        x, term = pairs[0]
        return transpose(x, axes=tuple(term.index(c) for c in out))
    inputs = ",".join(t for _, t in pairs)
    return contract(*(x for x, _ in pairs), subscripts=f"{inputs}->{out}")
