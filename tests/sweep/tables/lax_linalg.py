"""`fzero.lax.linalg`."""

import numpy as np

from ..case import Table, real, turned
from .linear import away, projectors, spd, symmetric

TABLE = Table("lax.linalg")
add = TABLE.add

for _a in (real(3, 3), real(2, 3, 3), turned(3, 3)):
    add("cholesky", lambda m, x: m.cholesky(spd(x)), _a)
    add("qr", lambda m, x: m.qr(away(x)), _a)
    add("svd", lambda m, x: m.svd(x, compute_uv=False), _a)
    add("svd", lambda m, x: m.svd(x, full_matrices=False)[1], _a)
    add("eigh", lambda m, x: m.eigh(symmetric(x))[1], _a)
    for _lower in (False, True):
        add(
            "triangular_solve",
            lambda m, x, b, k=_lower: m.triangular_solve(away(x), b, left_side=True, lower=k),
            _a,
            _a,
        )
add(
    "eigh",
    lambda m, x: projectors(m.eigh(symmetric(x), lower=False)[0], 3),
    real(3, 3),
)
add("qr", lambda m, x: m.qr(x, full_matrices=False), real(4, 3))
add(
    "triangular_solve",
    lambda m, x, b: m.triangular_solve(away(x), b, transpose_a=True, unit_diagonal=True),
    real(3, 3),
    real(2, 3),
)
add(
    "cholesky_update",
    lambda m, x, w: m.cholesky_update(away(x) * np.tri(3).T, w),
    real(3, 3),
    real(3),
    without="jvp vjp vmap",
    why="JAX has no derivative of it",
)
add(
    "eig",
    lambda m, x: m.eig(x - x.T + 0.1 * x)[0],
    real(3, 3),
    without="jvp vjp",
    why="JAX has no derivative of eigenvectors",
)
add(
    "symmetric_product",
    lambda m, a, c: m.symmetric_product(
        a, symmetric(c), alpha=2.0, beta=0.5, symmetrize_output=True
    ),
    real(3, 4),
    real(3, 3),
    without="jvp vjp",
    why="JAX has no derivative of it",
)
add(
    "householder_product",
    lambda m, a, t: m.householder_product(a, t),
    real(4, 3),
    real(3),
    without="jvp vjp",
    why="JAX has no derivative of it",
)
add(
    "tridiagonal_solve",
    lambda m, low, d, up, b: m.tridiagonal_solve(
        low * (np.arange(4) > 0), d + 6, up * (np.arange(4) < 3), b
    ),
    real(4),
    real(4),
    real(4),
    real(4, 2),
)
