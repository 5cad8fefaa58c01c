"""`fzero.scipy`: special functions and linear algebra."""

from typing import Any

import numpy as np

from ..case import Table, positive, real, turned, unit, unit_interval
from .linear import away, projectors, spd, symmetric

SPECIAL, LINALG = Table("scipy.special"), Table("scipy.linalg")

each, add = SPECIAL.each, SPECIAL.add
for shape in ((3, 4), (5,)):
    each("erf erfc erfcx expit i0 i0e i1 i1e log_ndtr ndtr", real(*shape, low=-4, high=4))
    each("digamma gamma gammaln loggamma entr factorial", positive(*shape))
    each(
        "gammasgn", real(*shape, low=-4, high=4), without="jvp vjp", why="a sign has no derivative"
    )
    each("gamma gammaln digamma", real(*shape, low=-3.9, high=-3.1))
    each("erfinv", unit(*shape))
    each("logit ndtri", real(*shape, low=0.05, high=0.95))
each("beta betaln kl_div rel_entr xlog1py xlogy", positive(3, 4), positive(4))
each("poch", positive(3, 4), positive(4))
each("zeta", real(3, 4, low=1.5, high=5), positive(4), without="jvp vjp", why="fzero: in q alone")
add("zeta", lambda m, q: m.zeta(2.5, q), positive(3, 4))
for n in range(4):
    add("polygamma", lambda m, x, n=n: m.polygamma(n, x), positive(3, 4))
add("multigammaln", lambda m, x: m.multigammaln(x, 3), real(3, 4, low=2, high=6))
each(
    "logsumexp",
    real(3, 4),
    options=[{"axis": a, "keepdims": k} for a in (None, 0, (0, 1)) for k in (False, True)],
)
add("logsumexp", lambda m, x, b: m.logsumexp(x, axis=1, b=b), real(3, 4), positive(4))
add(
    "logsumexp",
    lambda m, x, b: m.logsumexp(x, axis=0, b=b, return_sign=True),
    real(3, 4),
    real(3, 4),
)
each("softmax log_softmax", real(3, 4), options=[{"axis": a} for a in (None, 0, -1, (0, 1))])
each("expit", turned(3))
add("bernoulli", lambda m: m.bernoulli(3))  # JAX has 7 digits of the fourth
add("expn", lambda m, x: m.expn(0, x), positive(3, 4), without="jvp vjp", why="JAX gives NaN")
for n in (1, 2, 5):
    add("expn", lambda m, x, n=n: m.expn(n, x), positive(3, 4))
add("bessel_jn", lambda m, x: m.bessel_jn(x, v=3), real(5))
each(
    "betainc",
    positive(4),
    positive(3, 1),
    unit_interval(3, 4),
    without="jvp vjp",
    why="JAX has no derivative in a and b",
)
add("betainc", lambda m, x: m.betainc(1.5, 2.5, x), unit_interval(3, 4))
each("boxcox boxcox1p", positive(3, 4), real(4))
each("comb", real(3, 4, low=3, high=9), real(4, low=0, high=3))
each("dawsn fresnel expi sici", positive(3, 4))
each("spence", positive(3, 4), without="vjp", why="JAX gives NaN between 1 and 2")
each("dawsn fresnel", real(5, low=-4, high=4))
each("exp1 expi", positive(5))
each("gammainc gammaincc", positive(3, 4), positive(4))
each("owens_t", real(3, 4), real(4))
add(
    "sph_harm_y",
    lambda m, t, p: m.sph_harm_y(np.array([3]), np.array([1]), t, p),
    unit_interval(1),
    unit_interval(1),
)
each("wofz", turned(3))

each, add = LINALG.each, LINALG.add
add("block_diag", lambda m, x, y, z: m.block_diag(x, y, z), real(2, 3), real(3, 1), real(2))
for a in (real(3, 3), real(2, 3, 3), turned(3, 3)):
    for lower in (False, True):
        add("cholesky", lambda m, x, k=lower: m.cholesky(spd(x), lower=k), a)
        add(
            "solve_triangular",
            lambda m, x, b, k=lower: m.solve_triangular(away(x), b, lower=k),
            a,
            real(*a.shape[:-1], 2),
        )
        add("eigh", lambda m, x, k=lower: m.eigh(symmetric(x), lower=k, eigvals_only=True), a)
    add("det", lambda m, x: m.det(away(x)), a)
    add("inv", lambda m, x: m.inv(away(x)), a)
    add("qr", lambda m, x: m.qr(away(x)), a)
    add("expm", lambda m, x: m.expm(x), a)
    add("expm", lambda m, x: m.expm(5 * x), a)


def _factor(m: Any, x: Any, b: Any, lower: bool) -> Any:
    return m.cho_solve(m.cho_factor(spd(x), lower=lower), b)


for lower in (False, True):
    add("cho_solve", lambda m, x, b, k=lower: _factor(m, x, b, k), real(3, 3), real(3))
    add(
        "cho_factor",
        lambda m, x, k=lower: symmetric_part(m.cho_factor(spd(x), lower=k)[0], k),
        real(3, 3),
    )


def symmetric_part(c: Any, lower: bool) -> Any:
    """The triangle that counts; the other one is unspecified."""
    return c * np.tri(3) if lower else c * np.tri(3).T


for trans in (0, 1, 2):
    add(
        "solve_triangular",
        lambda m, x, b, t=trans: m.solve_triangular(away(x), b, trans=t),
        turned(3, 3),
        turned(3),
    )
add(
    "solve_triangular",
    lambda m, x, b: m.solve_triangular(x, b, unit_diagonal=True),
    real(3, 3),
    real(3),
)
add("solve", lambda m, x, b: m.solve(away(x), b), real(3, 3), real(3, 2))
add("solve", lambda m, x, b: m.solve(spd(x), b, assume_a="pos"), real(3, 3), real(3))
add("eigh", lambda m, x: (lambda w, v: (w, projectors(v, 3)))(*m.eigh(symmetric(x))), real(3, 3))
add("svd", lambda m, x: m.svd(x, compute_uv=False), real(3, 4))
add("svd", lambda m, x: m.svd(x, full_matrices=False)[1], turned(4, 3))
add("qr", lambda m, x: m.qr(x, mode="economic"), real(4, 3))
add("toeplitz", lambda m, c: m.toeplitz(c), real(4))
add("toeplitz", lambda m, c, r: m.toeplitz(c, r), real(4), real(3))
add("lu", lambda m, x: m.lu(x), real(3, 4))
add("hankel", lambda m, c: m.hankel(c), real(4))
add("hankel", lambda m, c, r: m.hankel(c, r), real(4), real(3))
for _a in (real(3, 3), turned(3, 3)):
    add("lu", lambda m, x: m.lu(x)[1:], _a)
    add("lu", lambda m, x: m.lu(x, permute_l=True), _a)
    add("lu_factor", lambda m, x: m.lu_factor(x)[0], _a)
    for _trans in (0, 1, 2):
        add("lu_solve", lambda m, x, b, t=_trans: m.lu_solve(m.lu_factor(x), b, t), _a, _a)
add("expm_frechet", lambda m, x, e: m.expm_frechet(x, e), real(3, 3), real(3, 3))
add(
    "expm_frechet", lambda m, x, e: m.expm_frechet(x, e, compute_expm=False), real(3, 3), real(3, 3)
)
_NO_REVERSE = "JAX has no reverse mode of it"
add("polar", lambda m, x: m.polar(away(x)), real(3, 3), without="vjp", why=_NO_REVERSE)
add("polar", lambda m, x: m.polar(x, side="left"), real(3, 4), without="vjp", why=_NO_REVERSE)
_NO_SCHUR = "JAX has no derivative of it"
add(
    "solve_sylvester",
    lambda m, a, b, c: m.solve_sylvester(away(a), away(b), c),
    real(3, 3),
    real(2, 2),
    real(3, 2),
    without="jvp vjp",
    why=_NO_SCHUR,
)
add("sqrtm", lambda m, x: m.sqrtm(spd(x)) * (1 + 0j), real(3, 3), without="jvp vjp", why=_NO_SCHUR)
