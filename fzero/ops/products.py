"""Products of vectors, matrices and tensors."""

import math
from typing import Any

from ..core import coerce
from ..dtypes import shape_of
from ..rules import bilinear, draw
from ..shaping import align, axis_of, fit
from .contract import LETTERS, contract
from .einsum import einsum
from .elementwise import multiply
from .matrices import conj, swap
from .structural import expand_dims, moveaxis, reshape, stack

# -------------------------------------------------------------------------------------- matmul


def _no_dtype(g: Any, shape: tuple[int, ...]) -> Any:
    """`g` summed to `shape`; the constructor casts."""
    return fit(g, shape, g.dtype)


def _matmul_left(shape: tuple[int, ...], y: Any) -> Any:
    """g -> the cotangent of x in x @ y."""
    if len(shape_of(y)) == 1:
        if len(shape) == 1:
            return lambda g: g * y
        return lambda g: _no_dtype(expand_dims(g, -1) * y, shape)
    if len(shape) == 1 and len(shape_of(y)) == 2:
        return lambda g: matmul(y, g)
    if len(shape) == 1:
        return lambda g: _no_dtype(matmul(expand_dims(g, -2), swap(y))[..., 0, :], shape)
    return lambda g: _no_dtype(matmul(g, swap(y)), shape)


def _matmul_right(x: Any, shape: tuple[int, ...]) -> Any:
    """g -> the cotangent of y in x @ y."""
    if len(shape_of(x)) == 1:
        if len(shape) == 1:
            return lambda g: x * g
        if len(shape) == 2:
            return lambda g: contract(x, g, subscripts="a,b->ab")
        return lambda g: _no_dtype(expand_dims(x, -1) * expand_dims(g, -2), shape)
    if len(shape) == 1 and len(shape_of(x)) == 2:
        return lambda g: matmul(g, x)
    if len(shape) == 1:
        return lambda g: _no_dtype(matmul(swap(x), expand_dims(g, -1))[..., 0], shape)
    if len(shape) == 2 and len(shape_of(x)) > 2:  # one large product instead of a sum of many
        return lambda g: matmul(swap(_rows(x)), _rows(g))
    return lambda g: _no_dtype(matmul(swap(x), g), shape)


def _rows(x: Any) -> Any:
    """A stack of matrices as one tall matrix."""
    return reshape(x, shape=(math.prod(x.shape[:-1]), x.shape[-1]))


def _check_rows(shape_x: tuple[int, ...], shape_y: tuple[int, ...]) -> None:
    """What matmul refuses on one row, and might take with the axis of the rows beside it."""
    if not shape_x or not shape_y:
        raise ValueError(
            f"matmul: the operands have shapes {shape_x} and {shape_y}; expected at least one "
            "axis each. Multiply by a number with *."
        )
    _check_contracted("matmul", shape_x[-1], shape_y[-2:][0])


def _matmul_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    x, y = args
    bx, by = batched
    rank_x, rank_y = len(shape_of(x)) - bx, len(shape_of(y)) - by
    _check_rows(shape_of(x)[bx:], shape_of(y)[by:])
    if rank_x == 1 and rank_y == 1:
        terms = ("ab" if bx else "b", "ab" if by else "b")
        return contract(x, y, subscripts=f"{terms[0]},{terms[1]}->a"), True
    if not by and rank_x <= 2 and rank_y == 2:  # one large product instead of many
        return reshape(matmul(_rows(x), y), shape=(*x.shape[:-1], y.shape[1])), True
    if not bx and rank_x == 2 and rank_y == 1:
        return matmul(y, swap(x)), True
    x = expand_dims(x, 1 if bx else 0) if rank_x == 1 else x
    y = expand_dims(y, len(shape_of(y))) if rank_y == 1 else y
    ans = matmul(*align([x, y], [bx, by]))
    if rank_x == 1:
        ans = ans[..., 0, :]
    return ans[..., 0] if rank_y == 1 else ans, True


def _matmul_samples(rng: Any) -> list[Any]:
    shapes = [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((3,), (5, 3, 2)),
        ((5, 2, 3), (3,)),
        ((0, 3), (3, 2)),
    ]
    real = [((draw(rng, a), draw(rng, b)), {}) for a, b in shapes]
    return [*real, ((draw(rng, (2, 3), complex=True), draw(rng, (3, 2), complex=True)), {})]


matmul = bilinear(
    "matmul",
    lambda xp: xp.matmul,
    _matmul_left,
    _matmul_right,
    batch=_matmul_batch,
    samples=_matmul_samples,
)

# --------------------------------------------------------------------------------- composites


def _axes_of_tensordot(axes: Any, rank_x: int, rank_y: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int):
        if not 0 <= axes <= min(rank_x, rank_y):
            raise ValueError(
                f"tensordot: axes is {axes} for operands of {rank_x} and {rank_y} dimensions; "
                f"expected 0 <= axes <= {min(rank_x, rank_y)}. Give a pair of axis lists instead."
            )
        return list(range(rank_x - axes, rank_x)), list(range(axes))
    over_x, over_y = ([a] if isinstance(a, int) else list(a) for a in axes)
    return [axis_of(rank_x, a) for a in over_x], [axis_of(rank_y, a) for a in over_y]


def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """The sum of products over `axes`: a count, or a pair of axis lists."""
    x, y = coerce(x), coerce(y)
    shape_x, shape_y = shape_of(x), shape_of(y)
    over_x, over_y = _axes_of_tensordot(axes, len(shape_x), len(shape_y))
    sizes = [shape_x[a] for a in over_x], [shape_y[b] for b in over_y]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"tensordot: axes {over_x} of {shape_x} and {over_y} of {shape_y} have sizes "
            f"{sizes[0]} and {sizes[1]}; expected the same. Check axes."
        )
    names_x = LETTERS[: len(shape_x)]
    fresh = iter(LETTERS[len(shape_x) : len(shape_x) + len(shape_y)])
    pairs = dict(zip(over_y, over_x, strict=True))
    names_y = "".join(names_x[pairs[b]] if b in pairs else next(fresh) for b in range(len(shape_y)))
    out = [c for c in names_x if c not in names_y] + [c for c in names_y if c not in names_x]
    return contract(x, y, subscripts=f"{names_x},{names_y}->{''.join(out)}")


def dot(x: Any, y: Any) -> Any:
    """NumPy's dot: the sum over the last axis of `x` and the second to last of `y`."""
    x, y = coerce(x), coerce(y)
    rank_x, rank_y = len(shape_of(x)), len(shape_of(y))
    if rank_x == 0 or rank_y == 0:
        return multiply(x, y)
    if shape_of(x)[-1] != shape_of(y)[-min(rank_y, 2)]:
        raise ValueError(
            f"dot: operands are of shapes {shape_of(x)} and {shape_of(y)}; expected the last axis "
            "of the first as long as the last but one of the second. Transpose one: x.dot(y.T)."
        )
    if rank_y <= 2:
        return matmul(x, y)
    return tensordot(x, y, ([-1], [-2]))


def _ravel(x: Any) -> Any:
    x = coerce(x)
    return reshape(x, shape=(math.prod(shape_of(x)),))


def vdot(x: Any, y: Any) -> Any:
    """The sum of conj(x) * y over all elements, each operand flattened."""
    return matmul(conj(_ravel(x)), _ravel(y))


def vecdot(x: Any, y: Any, axis: int = -1) -> Any:
    """The sum of conj(x) * y over one axis of both, the other axes broadcast."""
    x, y = moveaxis(coerce(x), axis, -1), moveaxis(coerce(y), axis, -1)
    _check_contracted("vecdot", shape_of(x)[-1], shape_of(y)[-1])
    return einsum("...i,...i->...", conj(x), y)


def matvec(x: Any, y: Any) -> Any:
    """Stacks of matrices times stacks of vectors."""
    x, y = coerce(x), coerce(y)
    _check_contracted("matvec", shape_of(x)[-1], shape_of(y)[-1])
    return einsum("...ij,...j->...i", x, y)


def vecmat(x: Any, y: Any) -> Any:
    """Stacks of conjugated vectors times stacks of matrices."""
    x, y = coerce(x), coerce(y)
    _check_contracted("vecmat", shape_of(x)[-1], shape_of(y)[-2])
    return einsum("...i,...ij->...j", conj(x), y)


def _check_contracted(name: str, n: int, m: int) -> None:
    if n != m:
        raise ValueError(
            f"{name}: the summed axes have sizes {n} and {m}; expected the same. Transpose an "
            "operand, or choose the axis."
        )


def inner(x: Any, y: Any) -> Any:
    """The sum of products over the last axis of both."""
    x, y = coerce(x), coerce(y)
    if not shape_of(x) or not shape_of(y):
        return multiply(x, y)
    return tensordot(x, y, ([-1], [-1]))


def outer(x: Any, y: Any) -> Any:
    """The products of each element of `x` with each of `y`, both flattened."""
    return contract(_ravel(x), _ravel(y), subscripts="i,j->ij")


def kron(x: Any, y: Any) -> Any:
    """The Kronecker product: blocks of `y` scaled by the elements of `x`."""
    x, y = coerce(x), coerce(y)
    rank = max(len(shape_of(x)), len(shape_of(y)))
    shapes = [(1,) * (rank - len(shape_of(v))) + shape_of(v) for v in (x, y)]
    x = reshape(x, shape=tuple(n for m in shapes[0] for n in (m, 1)))
    y = reshape(y, shape=tuple(n for m in shapes[1] for n in (1, m)))
    return reshape(multiply(x, y), shape=tuple(a * b for a, b in zip(*shapes, strict=True)))


def cross(
    x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The vector product of the vectors of three components along an axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = moveaxis(coerce(x), axisa, -1), moveaxis(coerce(y), axisb, -1)
    for name, v in (("x", x), ("y", y)):
        if shape_of(v)[-1] != 3:
            raise ValueError(
                f"cross: {name} has vectors of {shape_of(v)[-1]} components; expected 3. Append "
                "zeros to vectors of the plane."
            )
    (a, b, c), (d, e, f) = (tuple(v[..., i] for i in range(3)) for v in (x, y))
    parts = (b * f - c * e, c * d - a * f, a * e - b * d)
    return moveaxis(stack(*parts, axis=len(shape_of(parts[0]))), -1, axisc)


def _order(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to split the chain of matrices i..j (sizes[i] x sizes[i + 1], ...) at least cost."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return split


def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, multiplied in the cheapest order.

    The first and the last may be vectors.
    """
    xs = [coerce(x) for x in arrays]
    ranks = [len(shape_of(x)) for x in xs]
    ends = {0, len(xs) - 1}
    if len(xs) < 2 or any(r != 2 and not (r == 1 and i in ends) for i, r in enumerate(ranks)):
        raise ValueError(
            f"multi_dot: the arrays have {ranks} dimensions; expected at least two matrices, of "
            "which the first and the last may be vectors. Use matmul for stacks of matrices."
        )
    first = 1 if ranks[0] == 1 else shape_of(xs[0])[0]
    last = 1 if ranks[-1] == 1 else shape_of(xs[-1])[1]
    split = _order([first, *(shape_of(x)[0] for x in xs[1:]), last])

    def product(i: int, j: int) -> Any:
        if i == j:
            return xs[i]
        return matmul(product(i, split[i, j]), product(split[i, j] + 1, j))

    return product(0, len(xs) - 1)
