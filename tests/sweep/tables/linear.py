"""Products, linear algebra and Fourier transforms of `fzero.numpy`.

Factors are defined up to signs and phases: what is compared of singular and eigenvectors is the
projector on each of them. Matrices that must be symmetric are made so inside the call, since what a
library reads of one that is not is its own affair.
"""

from typing import Any

import numpy as np

from ..case import Operand, Table, real, turned

TABLE, LINALG, FFT = Table("numpy"), Table("numpy.linalg"), Table("numpy.fft")
each, add = TABLE.each, TABLE.add


def spd(x: Any) -> Any:
    """A symmetric (Hermitian) positive definite matrix."""
    return x @ x.conj().swapaxes(-1, -2) + 0.5 * np.eye(x.shape[-1])


def symmetric(x: Any) -> Any:
    return x + x.conj().swapaxes(-1, -2)


def away(x: Any) -> Any:
    """A matrix far from singular."""
    return x + 4 * np.eye(x.shape[-2], x.shape[-1])


def projectors(v: Any, k: int) -> Any:
    """v_i v_i^H of the first `k` columns."""
    v = v[..., :k].swapaxes(-1, -2)
    return v[..., :, None] * v.conj()[..., None, :]


each("dot matmul tensordot inner outer kron", real(3, 3), real(3, 3))
each("dot matmul inner vdot outer vecdot kron", real(4), real(4))
each("dot matmul inner vdot outer vecdot kron", turned(3), turned(3))
each("matmul dot vdot kron vecdot", turned(2, 2), turned(2, 2))
each("dot matmul", real(3, 4), real(4))
each("dot matmul", real(4), real(4, 2))
each("matmul", real(2, 1, 3, 4), real(3, 4, 2))
each("dot", real(2, 3, 4), real(4, 2))
each("inner", real(2, 3, 4), real(3, 4))
each("kron", real(2, 3), real(3))
each("vecdot", real(2, 3), real(3))
each("vecdot", real(2, 3), real(2, 3), options=[{"axis": 0}])
each("matvec", real(2, 3, 4), real(4))
each("vecmat", turned(2, 3), turned(3, 4))
each("tensordot", real(2, 3, 4), real(3, 4), options=[{"axes": ([1, 2], [0, 1])}, {"axes": 1}][:1])
each("tensordot", real(4), real(3), options=[{"axes": 0}])
each("cross", real(2, 3), real(3))
each("cross", real(3, 2), real(3, 2), options=[{"axis": 0}])
for spec, shapes in {
    "ij,kj->ik": ((3, 4), (2, 4)),
    "...j,j": ((2, 3, 4), (4,)),
    "ii->i": ((3, 3),),
    "ij->": ((3, 4),),
    "ij,jk,kl->il": ((2, 3), (3, 4), (4, 2)),
    "bij,bjk->bik": ((2, 3, 4), (2, 4, 3)),
    "i,j,k->kji": ((2,), (3,), (2,)),
    "iij->j": ((3, 3, 2),),
    "a...b,b...->...a": ((2, 3, 4), (4, 3)),
}.items():
    add("einsum", lambda m, *xs, s=spec: m.einsum(s, *xs), *(real(*s) for s in shapes))
add("einsum", lambda m, x, y: m.einsum("ij,jk", x, y), turned(2, 3), turned(3, 2))
add("einsum", lambda m, x, v: m.einsum(x, [0, 1], v, [1], [0]), real(3, 4), real(4))

SQUARES: tuple[Operand, ...] = (real(3, 3), real(2, 3, 3), turned(3, 3))
for a in SQUARES:
    for name in "inv det slogdet svdvals".split():
        LINALG.add(name, lambda m, x, n=name: tuple_of(getattr(m, n)(away(x))), a)
    for name in "eigvalsh matrix_rank".split():
        LINALG.add(name, lambda m, x, n=name: getattr(m, n)(symmetric(x)), a)
    LINALG.add("cholesky", lambda m, x: m.cholesky(spd(x)), a)
    LINALG.add("cholesky", lambda m, x: m.cholesky(spd(x), upper=True), a)
    LINALG.add("qr", lambda m, x: tuple(m.qr(away(x))), a)
    LINALG.add("qr", lambda m, x: m.qr(away(x), mode="r"), a)
    LINALG.add("pinv", lambda m, x: m.pinv(away(x)), a)
    LINALG.each("matrix_transpose diagonal trace matrix_norm vector_norm", a)
    LINALG.add("solve", lambda m, x, b: m.solve(away(x), b), a, real(3, 2))
    LINALG.add("matrix_power", lambda m, x: m.matrix_power(x, 3), a)
    LINALG.add("matrix_power", lambda m, x: m.matrix_power(away(x), -2), a)


def tuple_of(y: Any) -> Any:
    return tuple(y) if isinstance(y, tuple) else y


def _eigh(m: Any, x: Any, uplo: str = "L") -> Any:
    w, v = m.eigh(symmetric(x), UPLO=uplo)
    return w, projectors(v, x.shape[-1])


def _svd(m: Any, x: Any, full: bool) -> Any:
    u, s, vh = m.svd(x, full_matrices=full)
    k = min(x.shape[-2:])
    return projectors(u, k), s, projectors(vh.conj().swapaxes(-1, -2), k)


for a in SQUARES:
    LINALG.add("eigh", _eigh, a)
    LINALG.add("eigh", lambda m, x: _eigh(m, x, "U"), a)
for a in (real(3, 4), real(4, 3), real(2, 3, 3), turned(4, 3)):
    LINALG.add("svd", lambda m, x: _svd(m, x, False), a)
    LINALG.add(
        "svd",
        lambda m, x: _svd(m, x, True),
        a,
        without="jvp vjp" if a.shape[-1] != a.shape[-2] else "",
        why="JAX has no derivative of full factors" if a.shape[-1] != a.shape[-2] else "",
    )
    LINALG.add("svd", lambda m, x: m.svd(x, compute_uv=False), a)
    LINALG.add("pinv", lambda m, x: m.pinv(x), a)
    LINALG.add("svdvals", lambda m, x: m.svdvals(x), a)
LINALG.add("qr", lambda m, x: tuple(m.qr(x)), real(4, 3))
LINALG.add(
    "eig",
    lambda m, x: (lambda w, v: (w, projectors(v, 3)))(*m.eig(away(x))),
    real(3, 3),
    without="jvp vjp",
    why="JAX has no derivative of eigenvectors",
)
LINALG.add("eigvals", lambda m, x: m.eigvals(x - x.swapaxes(-1, -2) + 0.1 * x), real(3, 3))
LINALG.add("eigvals", lambda m, x: m.eigvals(x), turned(3, 3))
for order, axis in [
    (None, 0),
    (1, 1),
    (3, 1),
    (2.5, 0),
    (np.inf, 0),
    (-np.inf, 0),
    ("fro", None),
    ("nuc", (0, 1)),
    (2, None),
    (1, None),
    (-1, None),
    (np.inf, None),
    (-2, None),
    (None, None),
    (0, 1),
]:
    LINALG.add("norm", lambda m, x, o=order, a=axis: m.norm(x, o, a), real(3, 4))
LINALG.each("norm", real(2, 3, 4), options=[{"axis": (-2, -1), "keepdims": True}, {"axis": 0}])
LINALG.each("norm", turned(3))
LINALG.each(
    "vector_norm", real(3, 4), options=[{"axis": 0, "ord": 1}, {"ord": 3, "keepdims": True}]
)
LINALG.each("matrix_norm", real(2, 3, 4), options=[{"ord": 2, "keepdims": True}, {"ord": "nuc"}])
LINALG.each("cond", real(3, 3), options=[{"p": p} for p in (None, 2, -2, 1, "fro", np.inf)])
LINALG.add("solve", lambda m, x, b: m.solve(away(x), b), real(3, 3), real(3))
LINALG.add("lstsq", lambda m, x, w: m.lstsq(x, w)[0], real(5, 3), real(5))
LINALG.add("lstsq", lambda m, x, w: m.lstsq(x, w)[0], real(5, 3), real(5, 2))
LINALG.add("multi_dot", lambda m, x, y, v: m.multi_dot([x, y, v]), real(3, 4), real(4, 2), real(2))
LINALG.add("tensorinv", lambda m, x: m.tensorinv(away(x).reshape(2, 3, 6)), real(6, 6))
LINALG.add(
    "tensorsolve",
    lambda m, x, b: m.tensorsolve(away(x).reshape(2, 3, 6), b),
    real(6, 6),
    real(2, 3),
)
LINALG.each("matmul tensordot vecdot cross", real(3, 3), real(3, 3))
LINALG.each("outer vecdot", real(4), real(4))
LINALG.each("diagonal trace", real(2, 3, 4), options=[{"offset": 1}])

NORMS: list[dict[str, Any]] = [{}, {"norm": "ortho"}, {"norm": "forward"}]
FFT.each("fft ifft fftn ifftn fft2 ifft2 irfft irfftn irfft2 hfft", turned(3, 4), options=NORMS)
FFT.each("rfft rfftn rfft2 ihfft fft ifft fftn", real(3, 4), options=NORMS)
FFT.each("fft rfft ifft", real(3, 4), options=[{"n": 7, "axis": 0}, {"n": 2}])
FFT.each("irfft hfft", turned(3, 4), options=[{"n": 5}, {"n": 7, "axis": 0}])
FFT.each(
    "fftn ifftn irfftn", turned(2, 3, 4), options=[{"s": (3, 2), "axes": (0, 2)}, {"axes": (1,)}]
)
FFT.each("rfftn", real(2, 3, 4), options=[{"s": (3, 5), "axes": (0, 2)}])
FFT.each("fft2 ifft2 irfft2", turned(2, 3, 4), options=[{"s": (2, 6)}])
FFT.each("fftshift ifftshift", real(3, 4), options=[{}, {"axes": 1}])
FFT.add("fftfreq", lambda m, x: x * m.fftfreq(4, 0.5), real(4))
FFT.add("rfftfreq", lambda m, x: x * m.rfftfreq(6, 0.5), real(4))
