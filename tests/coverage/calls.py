"""Calls of names that no table of the tests has, and that their signatures do not give away."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp
from fzero import lax, vmap
from fzero.scipy import linalg, ndimage, signal, sparse, special, stats
from fzero_nn import functional as F

P = np.array([[0.2, 0.5], [0.7, 0.4]])
M = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 3.0]])
V = np.array([0.2, 0.5, 0.7])
WHOLE = np.array([[1, 2], [3, 4]])
LONG = np.sin(np.arange(512.0))
PLACES = np.array([[0], [2]])
GATHERED = lax.GatherDimensionNumbers((), (0,), (0,))
SCATTERED = lax.ScatterDimensionNumbers((), (0,), (0,))
SCATTERS = "scatter scatter_add scatter_max scatter_min scatter_mul scatter_sub".split()
BINARY_BITS = """
bitwise_and bitwise_or bitwise_xor shift_left shift_right_arithmetic shift_right_logical
""".split()


class Sample(NamedTuple):
    """One call: arrays that may become tracers, and the rest inside the function."""

    call: Callable[..., Any]
    args: tuple[Any, ...] = ()


def _along_rows(f: Callable[..., Any], x: Any) -> Any:
    return vmap(lambda row: f(row, "i"), axis_name="i")(x)


#: Calls that neither a test has nor the number of parameters gives away.
LAX = {
    "broadcasted_iota": [Sample(lambda: lax.broadcasted_iota(float, (2, 3), 1))],
    "argmax": [Sample(lambda x: lax.argmax(x, 0, np.int64), (P,))],
    "argmin": [Sample(lambda x: lax.argmin(x, 0, np.int64), (P,))],
    **{
        n: [Sample(partial(_along_rows, getattr(lax, n)), (P,))]
        for n in ("all_gather", "pmax", "pmean", "pmin", "psum")
    },
    **{
        n: [Sample(partial(lambda f: vmap(lambda v: f("i"), axis_name="i")(P), f))]
        for n, f in {"axis_index": lax.axis_index, "axis_size": lax.axis_size}.items()
    },
    "custom_linear_solve": [
        Sample(
            lambda a: lax.custom_linear_solve(
                lambda x: a * x, a + 1.0, lambda f, b: b / f(b * 0.0 + 1.0), symmetric=True
            ),
            (V,),
        )
    ],
    "custom_root": [
        Sample(
            lambda a: lax.custom_root(
                lambda x: x - a, a * 0.0, lambda f, x: x - f(x), lambda g, y: y / g(y * 0.0 + 1.0)
            ),
            (V,),
        )
    ],
    "gather": [Sample(lambda x, i: lax.gather(x, i, GATHERED, (1,)), (V, PLACES))],
    "scatter_apply": [
        Sample(
            lambda x, i: lax.scatter_apply(x, i, fnp.sin, SCATTERED, update_shape=(2,)), (V, PLACES)
        )
    ],
    **{
        n: [Sample(partial(lambda f, x, i, u: f(x, i, u, SCATTERED), f), (V, PLACES, V[:2]))]
        for n, f in ((n, getattr(lax, n)) for n in SCATTERS)
    },
    "betainc": [Sample(lax.betainc, (P + 1, P + 2, P))],
    **{n: [Sample(getattr(lax, n), (P + 1, P))] for n in ("igamma", "igammac")},
    "dtype": [Sample(lambda: lax.dtype(P))],
    "empty": [Sample(lambda: lax.empty((2,), float))],
    "reduce_window_shape_tuple": [
        Sample(lambda: lax.reduce_window_shape_tuple((4,), (2,), (1,), ((0, 0),)))
    ],
    **{
        n: [Sample(partial(lambda f, x: f(x, (0,)), getattr(lax, n)), (WHOLE,))]
        for n in ("reduce_and", "reduce_or", "reduce_xor")
    },
    "cond": [Sample(lambda x: lax.cond(x[0, 0] > 0, fnp.sin, fnp.cos, x), (P,))],
    "conv_dimension_numbers": [
        Sample(lambda: lax.conv_dimension_numbers((1, 1, 2), (1, 1, 2), None))
    ],
    "convert_element_type": [Sample(lambda x: lax.convert_element_type(x, np.float32), (P,))],
    "full": [Sample(lambda: lax.full((2,), 1.0))],
    "iota": [Sample(lambda: lax.iota(float, 3))],
    "padtype_to_pads": [Sample(lambda: lax.padtype_to_pads((3,), (2,), (1,), "SAME"))],
    "select": [Sample(lambda c, x, y: lax.select(c, x, y), (P > 0.4, P, P))],
    "select_n": [Sample(lambda c, x, y: lax.select_n(c, x, y), (P > 0.4, P, P))],
    "switch": [Sample(lambda x: lax.switch(1, [fnp.sin, fnp.cos], x), (P,))],
    "while_loop": [
        Sample(lambda x: lax.while_loop(lambda v: v.sum() < 9.0, lambda v: v * 2.0, x), (P,))
    ],
    **{n: [Sample(getattr(lax, n), (WHOLE, WHOLE))] for n in BINARY_BITS},
    **{n: [Sample(getattr(lax, n), (WHOLE,))] for n in ("bitwise_not", "clz", "population_count")},
    **{n: [Sample(getattr(lax, n), (P * 1j,))] for n in ("conj", "imag", "real")},
}
SPECIAL = {
    "bernoulli": [Sample(lambda: special.bernoulli(3))],
    "bessel_jn": [Sample(lambda x: special.bessel_jn(x, v=2), (V,))],
    "sph_harm_y": [Sample(lambda t, p: special.sph_harm_y(2, 1, t, p), (V, V))],
    "multigammaln": [Sample(lambda a: special.multigammaln(a, 2), (P + 1,))],
    "polygamma": [Sample(lambda x: special.polygamma(2, x), (P,))],
    "zeta": [Sample(special.zeta, (P + 1, P))],
}
LINALG = {
    "lu_solve": [Sample(lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b), (M, V))],
    "solve_sylvester": [Sample(lambda a, b: linalg.solve_sylvester(a, a, b), (M, M))],
    "block_diag": [Sample(linalg.block_diag, (M, V))],
    "cho_factor": [Sample(lambda a: linalg.cho_factor(a)[0], (M,))],
    "cho_solve": [Sample(lambda c, b: linalg.cho_solve((c, False), b), (M, V))],
    "solve": [Sample(linalg.solve, (M, V))],
    "solve_triangular": [Sample(linalg.solve_triangular, (M, V))],
    "toeplitz": [Sample(linalg.toeplitz, (V,))],
}
#: The point, the parameters.
STATS: dict[str, tuple[Any, ...]] = {
    "beta": (V, 1.7, 2.3),
    "dirichlet": (V / V.sum(), V),
    "gamma": (V, 2.5),
    "chi2": (V, 3.1),
    "multivariate_normal": (V, V, M),
    "poisson": (np.array([1, 2, 3]), V),
    "t": (V, 3.5),
}
IMAGES = np.linspace(0.1, 0.9, 12).reshape(2, 2, 3)
KERNELS = np.linspace(-0.5, 0.5, 48).reshape(8, 2, 3)
FUNCTIONAL = {
    "conv_lstm": [Sample(lambda x, W: F.conv_lstm(x[None], None, W, W), (IMAGES, KERNELS))],
    "conv_lstm_step": [Sample(lambda x, W: F.conv_lstm_step(x, (x, x), W, W), (IMAGES, KERNELS))],
    "lstm_step": [Sample(lambda x, h, W: F.lstm_step(x, (h, h), W, W), (P, P, np.ones((2, 8))))],
}
SUMMARIES: dict[str, list[Sample]] = {
    "multivariate_normal.entropy": [
        Sample(lambda m, c: stats.multivariate_normal.entropy(m, c), (V, M))
    ],
}
OTHERS = {
    "fzero.scipy.ndimage": {
        "map_coordinates": [
            Sample(lambda x, a, b: ndimage.map_coordinates(x, [a, b], order=1), (M, V, V))
        ]
    },
    "fzero.scipy.signal": {
        **{n: [Sample(getattr(signal, n), (LONG, LONG))] for n in ("csd",)},
        **{n: [Sample(getattr(signal, n), (LONG,))] for n in ("stft", "welch", "detrend")},
        "istft": [Sample(lambda z: signal.istft(z, nperseg=4), (M * 1j,))],
    },
    "fzero.scipy.sparse.linalg": {
        n: [
            Sample(
                partial(
                    lambda solve, a, b: solve(lambda x: a @ x, b)[0], getattr(sparse.linalg, n)
                ),
                (M, V),
            )
        ]
        for n in ("cg", "gmres", "bicgstab")
    },
}
