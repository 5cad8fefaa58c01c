"""What the files on matrices share: stacks of them along leading axes, adjoints and traces."""

from typing import Any

from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..rules import draw
from ..shaping import op
from .elementwise import absolute, astype, conjugate, real, where
from .reduction import sum as sum_
from .structural import diagonal, expand_dims, swapaxes, tril


def swap(x: Any) -> Any:
    """The transposes of a stack of matrices."""
    return swapaxes(x, -1, -2)


def adjoint(x: Any) -> Any:
    """The conjugate transposes of a stack of matrices."""
    return conj(swap(x))


def conj(x: Any) -> Any:
    """The conjugate; real arrays as they are."""
    return conjugate(x) if dtype_of(x).kind == "c" else x


def pairing(g: Any, t: Any) -> Any:
    """sum(g * t) over each matrix of a stack."""
    return sum_(g * t, axis=(-2, -1), keepdims=False)


def cast_to(g: Any, x: Any) -> Any:
    """A cotangent in the dtype of its `x`: the real part where `x` is real."""
    return astype(g, dtype=dtype_of(x)) if dtype_of(g) != dtype_of(x) else g


def times_i(x: Any, sample: Any) -> Any:
    """1j * x in the complex dtype of `sample`."""
    return astype(x, dtype=dtype_of(sample)) * 1j


def matrices(name: str, a: Any, square: bool = False) -> Any:
    """`a` as an operand, checked to be a stack of (square) matrices."""
    a = coerce(a)
    shape = shape_of(a)
    if len(shape) < 2:
        raise ValueError(
            f"{name}: a has shape {shape}; expected matrices, shape (..., M, N). "
            "Add axes, for example a[None, :]."
        )
    if square and shape[-1] != shape[-2]:
        raise ValueError(
            f"{name}: a has shape {shape}; expected square matrices, shape (..., N, N). "
            "For others there are lstsq, pinv and svd."
        )
    return a


def stacked(name: str) -> Any:
    """The batching rule of a function of one stack of matrices: leading axes are its own."""
    return lambda size, args, batched, params: (op(name)(*args, **params), True)


def regular(rng: Any, *shape: int, complex: bool = False) -> Any:
    """Sample matrices far from singular."""
    x = draw(rng, shape, (-0.4, 0.4), complex)
    for i in range(min(shape[-2:])):
        x[..., i, i] += 1.5 + 2 * i
    return x


def eye_like(x: Any, n: int) -> Any:
    """The identity of size n in the dtype and on the device of `x`."""
    return array_namespace(x).eye(n, dtype=dtype_of(x))


def real_diagonal(x: Any) -> Any:
    """The matrices with the real part of their diagonal, and zeros elsewhere."""
    return astype(real(x), dtype=dtype_of(x)) * eye_like(x, shape_of(x)[-1])


def completed(x: Any) -> Any:
    """The Hermitian matrices that LAPACK takes from the lower triangles of `x`."""
    low = tril(x, k=-1)
    return low + adjoint(low) + real_diagonal(x)


def completed_transpose(x: Any) -> Any:
    """The adjoint of `completed` under the product Re sum(conj(x) * y)."""
    return tril(x + adjoint(x), k=-1) + real_diagonal(x)


def resolution(values: Any) -> Any:
    """Below what difference computed eigenvalues or singular values are the same."""
    eps = float(array_namespace(values).finfo(dtype_of(values)).eps)
    return eps * sum_(absolute(values), axis=-1, keepdims=True)


def safe_inverse(x: Any, limit: Any) -> Any:
    """1 / x, and zero where |x| is at most `limit`."""
    small = absolute(x) <= limit
    return where(small, 0, 1 / where(small, 1, x))


def diagonals(x: Any) -> Any:
    """The diagonals of a stack of matrices."""
    return diagonal(x, offset=0, axis1=-2, axis2=-1)


def columns(s: Any) -> Any:
    """A value per column, ready to scale the columns of matrices: x * columns(s)."""
    return expand_dims(s, -2)


def gaps(w: Any) -> Any:
    """1 / (w[j] - w[i]), zero where the two are equal."""
    return safe_inverse(columns(w) - expand_dims(w, -1), expand_dims(resolution(w), -1))


def on_diagonal(g: Any, like: Any) -> Any:
    """A real vector per matrix as the diagonal of matrices like `like`."""
    return astype(columns(g), dtype=dtype_of(like)) * eye_like(like, shape_of(like)[-1])
