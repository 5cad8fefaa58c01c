"""Linear algebra as in `scipy.linalg`, with derivatives, over leading axes.

Functions that NumPy has too are those of `fzero.numpy.linalg`, with SciPy's arguments.

Example:
    >>> import fzero, numpy as np
    >>> from fzero.scipy import linalg
    >>> fzero.grad(lambda a: linalg.expm(a).trace())(np.zeros((2, 2)))
    array([[1., 0.],
           [0., 1.]])
"""

from ...numpy.linalg import det, inv, pinv
from .decompositions import eigh, qr, svd
from .elimination import lu, lu_factor, lu_solve
from .equations import cho_factor, cho_solve, cholesky, solve, solve_triangular
from .functions import expm, expm_frechet, polar, sqrtm
from .special_matrices import block_diag, hankel, toeplitz
from .sylvester import solve_sylvester

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "det", "eigh", "expm", "expm_frechet",
    "hankel", "inv", "lu", "lu_factor", "lu_solve", "pinv", "polar", "qr", "solve",
    "solve_sylvester", "solve_triangular", "sqrtm", "svd", "toeplitz",
]  # fmt: skip
