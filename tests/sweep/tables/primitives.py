"""The primitives of fzero's registry on the samples of the laws, and JAX's function for each.

`PEERS` gives JAX's function of the same arguments; `ALONE` says why a primitive has none.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fzero.core import REGISTRY
from fzero.ops.index import merge
from fzero.testing.laws import stacked
from tests.laws.registry import NAMES, samples

from ..case import ROWS, Table
from .linear import projectors

TABLE = Table("primitive")
#: Samples of more elements are for the laws; they would fill the stored file.
LARGEST = 500

#: Functions of `jax.numpy` that take the same arguments under the same name.
SAME = """
absolute add all angle any arccos arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort
bitwise_and bitwise_count bitwise_or bitwise_xor cbrt ceil clip conjugate copysign cos cosh cumprod
cumsum deg2rad diagonal divide equal exp exp2 expm1 fabs flip float_power floor floor_divide fmax
fmin fmod gcd greater greater_equal heaviside hypot i0 imag invert isfinite isinf isnan lcm
left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not
logical_or logical_xor matmul max maximum mean min minimum multiply nan_to_num negative nextafter
not_equal positive power prod rad2deg real reciprocal remainder right_shift rint roll round
searchsorted sign signbit sin sinc sinh sort sqrt square subtract sum tan tanh tril triu trunc where
arccosh
""".split()
SPECIAL = """
betaln dawsn exp1 expi owens_t spence wofz i1 i0e i1e gammaln ndtr log_ndtr ndtri erf erfc
erfinv erfcx
""".split()


def _numpy(name: str) -> Callable[..., Any]:
    return lambda jax, *xs, **options: getattr(jax.numpy, name)(*xs, **options)


def _special(name: str) -> Callable[..., Any]:
    return lambda jax, *xs: getattr(jax.scipy.special, name)(*xs)


def _linalg(name: str) -> Callable[..., Any]:
    return lambda jax, *xs, **options: getattr(jax.numpy.linalg, name)(*xs, **options)


def _fft(name: str) -> Callable[..., Any]:
    return lambda jax, x, **options: getattr(jax.numpy.fft, name)(x, **options)


def _placed(jax: Any, v: Any, *arrays: Any, index: Any, shape: Any, unique: bool) -> Any:
    return jax.numpy.zeros(shape, v.dtype).at[merge(index, arrays)].add(v)


def _windows(jax: Any, x: Any, *, window: Any, axis: Any, step: Any, dilation: Any) -> Any:
    for w, a, s, d in zip(window, axis, step, dilation, strict=True):
        starts = np.arange(0, x.shape[a] - d * (w - 1), s)
        x = jax.numpy.moveaxis(x, a, -1)[..., starts[:, None] + d * np.arange(w)]
        x = jax.numpy.moveaxis(x, -2, a)
    return x


def _folded(jax: Any, g: Any, *, shape: Any, **options: Any) -> Any:
    """What the windows' cotangents sum to."""
    return jax.vjp(lambda x: _windows(jax, x, **options), jax.numpy.zeros(shape, g.dtype))[1](g)[0]


def _diagonal_placed(jax: Any, g: Any, *, shape: Any, **options: Any) -> Any:
    zeros = jax.numpy.zeros(shape, g.dtype)
    return jax.vjp(lambda x: jax.numpy.diagonal(x, **options), zeros)[1](g)[0]


def _symmetrical(jax: Any, name: str, a: Any, lower: bool) -> Any:
    """Of a matrix of which one triangle counts, as LAPACK reads it."""
    half = jax.numpy.tril(a, -1) if lower else jax.numpy.triu(a, 1)
    middle = jax.numpy.diagonal(a, axis1=-2, axis2=-1).real[..., None] * np.eye(a.shape[-1])
    return getattr(jax.numpy.linalg, name)(half + half.conj().swapaxes(-1, -2) + middle)


PEERS: dict[str, Callable[..., Any]] = {
    **{name: _numpy(name) for name in SAME},
    **{name: _special(name) for name in SPECIAL},
    **{name: _linalg(name) for name in "inv solve det slogdet svdvals eig eigvals qr".split()},
    **{name: _fft(name) for name in "fft ifft rfft irfft".split()},
    "argpartition": lambda jax, x, kth, axis: jax.numpy.argsort(x, axis),
    "astype": lambda jax, x, dtype: jax.numpy.astype(x, dtype),
    "bessel_jn": lambda jax, x, n: jax.scipy.special.bessel_jn(x, v=n)[n],
    "both0": lambda jax, x, y: x * y,
    "broadcast_to": lambda jax, x, shape: jax.numpy.broadcast_to(x, shape),
    "cholesky": lambda jax, a: _symmetrical(jax, "cholesky", a, True),
    "cofactors": lambda jax, a: (
        jax.numpy.linalg.det(a)[..., None, None] * jax.numpy.linalg.inv(a).swapaxes(-1, -2)
    ),
    "cosine_integral": lambda jax, x: jax.scipy.special.sici(x)[1],
    "concatenate": lambda jax, *xs, axis: jax.numpy.concatenate(xs, axis),
    "correlate_valid": lambda jax, x, v: _correlated(jax, x, v),
    "detach": lambda jax, x: jax.lax.stop_gradient(x),
    "div0": lambda jax, t, d: t / d,
    "eigh": lambda jax, a, UPLO: tuple(_symmetrical(jax, "eigh", a, UPLO == "L")),
    "eigvalsh": lambda jax, a, UPLO: _symmetrical(jax, "eigvalsh", a, UPLO == "L"),
    "einsum": lambda jax, *xs, subscripts: jax.numpy.einsum(subscripts, *xs),
    "fold": _folded,
    "fresnel_c": lambda jax, x: jax.scipy.special.fresnel(x)[1],
    "fresnel_s": lambda jax, x: jax.scipy.special.fresnel(x)[0],
    "frexp_exponent": lambda jax, x: jax.numpy.frexp(x)[1],
    "logistic": lambda jax, x: jax.nn.sigmoid(x),
    "lu": lambda jax, a: jax.lax.linalg.lu(a)[::2],
    "masked": lambda jax, c, t: jax.numpy.where(c, t, 0),
    "mul0": lambda jax, t, d: t * d,
    "pad_zeros": lambda jax, x, widths: jax.numpy.pad(x, widths),
    "pinv": lambda jax, a, rcond: jax.numpy.linalg.pinv(a),
    "place": _placed,
    "place_diagonal": _diagonal_placed,
    "polygamma": lambda jax, x, n: jax.scipy.special.polygamma(n, x),
    "put": lambda jax, x, v, *arrays, index: x.at[merge(index, arrays)].set(v),
    "put_max": lambda jax, x, v, *arrays, index: x.at[merge(index, arrays)].max(v),
    "put_min": lambda jax, x, v, *arrays, index: x.at[merge(index, arrays)].min(v),
    "random_ndtr": _special("ndtr"),
    "relu": lambda jax, x: jax.nn.relu(x),
    "reshape": lambda jax, x, shape: jax.numpy.reshape(x, shape),
    "sine_integral": lambda jax, x: jax.scipy.special.sici(x)[0],
    "solve_or_nan": lambda jax, a, b: jax.numpy.linalg.solve(a, b),
    "softplus": lambda jax, x: jax.nn.softplus(x),
    "split_at": lambda jax, x, sections, axis: jax.numpy.split(x, sections, axis),
    "stack": lambda jax, *xs, axis: jax.numpy.stack(xs, axis),
    "svd": lambda jax, a, full_matrices: jax.numpy.linalg.svd(a, full_matrices),
    "take": lambda jax, x, *arrays, index, unique: x[merge(index, arrays)],
    "transfer": lambda jax, x, target: x,
    "transpose": lambda jax, x, axes: jax.numpy.transpose(x, axes),
    "unstack": lambda jax, x, axis: jax.numpy.unstack(x, axis=axis),
    "windows": _windows,
}
#: Primitives without a counterpart, and why.
ALONE = {
    "all_gather": "acts on the rows of a running vmap",
    "betainc": "has orders of derivatives; the function of scipy.special is swept",
    "expn": "has no derivative in its order, and JAX wants whole ones; scipy.special's is swept",
    "exprel": "JAX has no such function; tests/scipy compare it with SciPy",
    "gammainc": "has orders of derivatives; the function of scipy.special is swept",
    "gammaincc": "has orders of derivatives; the function of scipy.special is swept",
    "erfcinv": "JAX has no inverse of erfc; tests/scipy compare it with SciPy",
    "merge_rows": "acts on the rows of a running vmap",
    "of_larger": "the share in a maximum, inside its derivatives",
    "psum": "acts on the rows of a running vmap",
    "take_rows": "acts on the rows of a running vmap",
    **{
        name: "random numbers are fzero's own stream"
        for name in REGISTRY
        if name.startswith("random_") and name != "random_ndtr"
    },
}


def _correlated(jax: Any, x: Any, v: Any) -> Any:
    """Over the last axis, with leading axes in common."""
    places = np.arange(x.shape[-1] - v.shape[-1] + 1)[:, None] + np.arange(v.shape[-1])
    return (x[..., places] * v[..., None, :]).sum(-1)


def _vectors(ans: Any, **params: Any) -> Any:
    w, v = ans
    return w, projectors(v, v.shape[-1])


def _singular(ans: Any, full_matrices: bool) -> Any:
    u, s, vh = ans
    k = s.shape[-1]
    return projectors(u, k), s, projectors(vh.conj().swapaxes(-1, -2), k)


#: What is compared where the rest is free: factors are defined up to signs and phases, of a
#: partition only the place `kth` is, and NumPy gives real eigenvalues where JAX gives complex ones.
DEFINED: dict[str, Callable[..., Any]] = {
    "argpartition": lambda ans, kth, axis: ans.take(np.array(kth), axis),
    "eig": lambda ans: tuple((1 + 0j) * y for y in _vectors(ans)),
    "eigh": _vectors,
    "eigvals": lambda ans: (1 + 0j) * ans,
    "svd": _singular,
}


def _left_out(name: str, args: Any, params: dict[str, Any]) -> tuple[str, str]:
    """The parts of a sample that JAX cannot give, and why."""
    if name == "eig":
        return "jvp vjp", "JAX has no derivative of eigenvectors"
    if name == "spence":
        return "vjp", "JAX gives NaN between 1 and 2"
    if name == "nextafter":
        return "jvp vjp", "JAX declares no derivative of it"
    if params.get("full_matrices") and args[0].shape[-1] != args[0].shape[-2]:
        return "jvp vjp", "JAX has no derivative of full factors"
    return "", ""


class Given(NamedTuple):
    """An operand that is given: its rows are the variants that the laws stack."""

    x: Any

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        return stacked(self.x, 0, ROWS)


class Call(NamedTuple):
    """A call of a primitive with its parameters, and with operands that are no arrays."""

    name: str
    args: tuple[Any, ...]
    params: dict[str, Any]

    def __call__(self, m: Any, *xs: Any) -> Any:
        rest = iter(xs)
        full = [next(rest) if isinstance(a, Given) else a for a in self.args]
        ans = m[self.name](*full, **self.params)
        return DEFINED[self.name](ans, **self.params) if self.name in DEFINED else ans


def _add(name: str) -> None:
    for args, params in samples(name):
        if sum(np.size(x) for x in args) > LARGEST:
            continue
        parts, why = _left_out(name, args, params)
        held = tuple(x if x is None else Given(x) for x in args)
        operands = [x for x in held if isinstance(x, Given)]
        TABLE.add(name, Call(name, held, params), *operands, without=parts, why=why)


for _name in NAMES:
    if _name in PEERS:
        _add(_name)
