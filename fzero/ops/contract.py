"""The product of labelled arrays as one primitive.

Its subscripts are in a normal form: no ellipsis, an output, no label twice in one operand, none
that is summed in one operand alone. The form is closed under transposition, so that the pullback of
an operand is the same primitive with that operand and the output exchanged. `einsum` brings
everything else to it.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

from ..dtypes import dtype_of
from ..rules import custom, draw
from ..shaping import match
from .elementwise import astype

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MOST = 64  # operands, as many as NumPy takes


def unused(text: str, n: int) -> str:
    """`n` letters that do not occur in `text`."""
    free = [c for c in LETTERS if c not in text]
    if len(free) < n:
        raise ValueError(
            f"einsum: {text!r} leaves {len(free)} letters for {n} more axes; expected at most "
            f"{len(LETTERS)} labels in all, those of the ellipsis and of vmap included. Split the "
            "product in two."
        )
    return "".join(free[:n])


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
    orders = (
        tuple(x.index(c) for c in (*stack, *rows, *summed)),
        tuple(y.index(c) for c in (*stack, *summed, *columns)),
        tuple(computed.index(c) for c in out),
    )
    if len(rows) == len(summed) == len(columns) == 1:
        return "matrices", tuple(None if o == tuple(range(len(o))) else o for o in orders)
    return "matmul", (*orders, len(stack), len(rows), len(summed))


def _matrices(xp: Any, xs: Sequence[Any], orders: tuple[Any, ...]) -> Any:
    x, y = (v if o is None else xp.transpose(v, o) for v, o in zip(xs, orders[:2], strict=True))
    ans = xp.matmul(x, y)
    return ans if orders[2] is None else xp.transpose(ans, orders[2])


def _stacked_matmul(xp: Any, xs: Sequence[Any], plan: tuple[Any, ...]) -> Any:
    order_x, order_y, order, stack, rows, summed = plan
    x, y = xp.transpose(xs[0], order_x), xp.transpose(xs[1], order_y)
    outer, inner = x.shape[: stack + rows], math.prod(x.shape[stack + rows :])
    columns = y.shape[stack + summed :]
    head = outer[:stack]
    left = xp.reshape(x, (*head, math.prod(outer[stack:]), inner))
    right = xp.reshape(y, (*head, inner, math.prod(columns)))
    return xp.transpose(xp.reshape(xp.matmul(left, right), (*outer, *columns)), order)


def _contract(xp: Any) -> Any:
    def contract(*xs: Any, subscripts: str) -> Any:
        kind, plan = _plan(subscripts)
        if kind == "matrices":
            return _matrices(xp, xs, plan)
        if kind == "matmul":
            return _stacked_matmul(xp, xs, plan)
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
    fresh = unused(params["subscripts"], 1)
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
