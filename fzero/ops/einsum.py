"""NumPy's einsum: reading its subscripts, and bringing them to the form of the primitive."""

import functools
from collections.abc import Sequence
from typing import Any

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from .contract import LETTERS, contract, unused
from .elementwise import astype
from .reduction import sum as sum_
from .structural import diagonal, reshape, transpose

# --------------------------------------------------------------------------- reading subscripts


def _interleaved(parts: Sequence[Any]) -> tuple[str, list[Any]]:
    """einsum(x, [0, 1], y, [1, 2], [0, 2]) as a string and its operands."""

    def text(labels: Any) -> str:
        return "".join("..." if i is Ellipsis else LETTERS[i] for i in labels)

    count = len(parts) // 2
    terms = ",".join(text(labels) for labels in parts[1 : 2 * count : 2])
    operands = list(parts[: 2 * count : 2])
    return (f"{terms}->{text(parts[-1])}" if len(parts) % 2 else terms), operands


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
    dots = unused(text, max(widths, default=0))
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


def _sizes(
    subscripts: str, terms: Sequence[str], shapes: Sequence[tuple[int, ...]]
) -> dict[str, int]:
    """The size of each label; an axis of size 1 stretches, as in NumPy."""
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for c, n in zip(term, shape, strict=True):
            known = sizes.setdefault(c, n)
            if known == 1:
                sizes[c] = n
            elif n not in (1, known):
                raise ValueError(
                    f"einsum: label {c!r} of {subscripts!r} has sizes {known} and {n}; expected "
                    f"one size, or 1. The operands have shapes {[*shapes]}."
                )
    return sizes


@functools.lru_cache(maxsize=1024)
def _analysed(
    subscripts: str, shapes: tuple[tuple[int, ...], ...]
) -> tuple[tuple[str, ...], str, dict[str, int], str | None]:
    """Terms, output and sizes, and the subscripts of the primitive if they need no preparation."""
    terms, out = _read(subscripts, tuple(map(len, shapes)))
    sizes = _sizes(subscripts, terms, shapes)
    text = "".join(terms) + out
    plain = len(terms) > 1 and all(
        len(set(term)) == len(term)
        and all(sizes[c] == n and text.count(c) > 1 for c, n in zip(term, shape, strict=True))
        for term, shape in zip(terms, shapes, strict=True)
    )
    return terms, out, sizes, f"{','.join(terms)}->{out}" if plain else None


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
    if any(isinstance(x, str) for x in operands):
        raise TypeError(
            "einsum: the subscripts stand behind an operand; expected them first. "
            "Write einsum('ij,jk->ik', x, y)."
        )
    if not isinstance(subscripts, str):
        subscripts, operands = _interleaved((subscripts, *operands))  # type: ignore[assignment]
    xs = [coerce(x) for x in operands]
    terms, out, sizes, plain = _analysed(subscripts, tuple(map(shape_of, xs)))
    if plain:
        return contract(*xs, subscripts=plain)
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
