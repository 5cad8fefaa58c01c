"""Products of matrices and tensors, and their decompositions."""

from typing import Any

from ..dtypes import shape_of
from ..rules import align, bilinear, draw, fit
from .structural import expand_dims, reshape, swapaxes, transpose

# ------------------------------------------------------------------------------------- products


def _swap(x: Any) -> Any:
    return swapaxes(x, -1, -2)


def _no_dtype(g: Any, shape: tuple[int, ...]) -> Any:
    """`g` summed to `shape`; the constructor casts."""
    return fit(g, shape, g.dtype)


def _matmul_left(shape: tuple[int, ...], y: Any) -> Any:
    """g -> the cotangent of x in x @ y."""
    if len(shape_of(y)) == 1:
        if len(shape) == 1:
            return lambda g: g * y
        return lambda g: _no_dtype(expand_dims(g, -1) * y, shape)
    if len(shape) == 1:
        return lambda g: _no_dtype(matmul(expand_dims(g, -2), _swap(y))[..., 0, :], shape)
    return lambda g: _no_dtype(matmul(g, _swap(y)), shape)


def _matmul_right(x: Any, shape: tuple[int, ...]) -> Any:
    """g -> the cotangent of y in x @ y."""
    if len(shape_of(x)) == 1:
        if len(shape) == 1:
            return lambda g: x * g
        return lambda g: _no_dtype(expand_dims(x, -1) * expand_dims(g, -2), shape)
    if len(shape) == 1:
        return lambda g: _no_dtype(matmul(_swap(x), expand_dims(g, -1))[..., 0], shape)
    return lambda g: _no_dtype(matmul(_swap(x), g), shape)


def _matmul_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    x, y = args
    bx, by = batched
    rank_x, rank_y = len(shape_of(x)) - bx, len(shape_of(y)) - by
    if bx and not by and rank_x == 1 and rank_y <= 2:
        return matmul(x, y), True
    if bx and not by and rank_x == 2 and rank_y == 2:  # one large product instead of many
        flat = reshape(x, shape=(size * x.shape[1], x.shape[2]))
        return reshape(matmul(flat, y), shape=(size, x.shape[1], y.shape[1])), True
    x = expand_dims(x, 1 if bx else 0) if rank_x == 1 else x
    y = expand_dims(y, len(shape_of(y))) if rank_y == 1 else y
    x, y = _same_rank(x, y, bx, by)
    ans = matmul(x, y)
    if rank_x == 1:
        ans = ans[..., 0, :]
    return ans[..., 0] if rank_y == 1 else ans, True


def _same_rank(x: Any, y: Any, bx: bool, by: bool) -> tuple[Any, Any]:
    """Batched operands with ones behind the batch axis, so that stacks align."""
    x, y = align([x, y], [bx, by])
    return x, y


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

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """The sum of products over `axes`: a count, or a pair of axis lists."""
    rank_x, rank_y = len(shape_of(x)), len(shape_of(y))
    if isinstance(axes, int):
        over_x, over_y = list(range(rank_x - axes, rank_x)), list(range(axes))
    else:
        over_x, over_y = ([a] if isinstance(a, int) else list(a) for a in axes)
    over_x, over_y = [a % rank_x for a in over_x], [a % rank_y for a in over_y]
    sizes = [(shape_of(x)[a], shape_of(y)[b]) for a, b in zip(over_x, over_y, strict=True)]
    if any(a != b for a, b in sizes):
        raise ValueError(
            f"tensordot: axes {over_x} of {shape_of(x)} and {over_y} of {shape_of(y)} have "
            f"different sizes {sizes}; expected equal ones. Check axes."
        )
    free_x = [a for a in range(rank_x) if a not in over_x]
    free_y = [a for a in range(rank_y) if a not in over_y]
    inner = 1
    for a, _ in sizes:
        inner *= a
    left = transpose(x, axes=(*free_x, *over_x))
    right = transpose(y, axes=(*over_y, *free_y))
    outer_x, outer_y = ([s[a] for a in f] for s, f in ((shape_of(x), free_x), (shape_of(y), free_y)))
    rows, columns = 1, 1
    for n in outer_x:
        rows *= n
    for n in outer_y:
        columns *= n
    flat = matmul(reshape(left, shape=(rows, inner)), reshape(right, shape=(inner, columns)))
    return reshape(flat, shape=(*outer_x, *outer_y))


