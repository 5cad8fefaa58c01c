"""The names of HIPS autograd: `from fzero.compat.autograd import grad`.

Arguments and results are autograd's, and so is the convention for complex numbers. Beside them are
`autograd.numpy`, `autograd.builtins`, `autograd.extend`, `autograd.misc`, `autograd.test_util`.

Example:
    >>> import fzero.compat.autograd.numpy as np
    >>> from fzero.compat.autograd import grad
    >>> float(grad(lambda x, y: np.sin(x) * y)(0.0, 3.0))
    3.0
"""

from . import builtins, extend, misc, numpy, test_util
from .builtins import dict, isinstance, list, tuple, type
from .extend import primitive
from .operators import (
    checkpoint,
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    value_and_grad,
    vector_jacobian_product,
)

__all__ = [
    "builtins",
    "checkpoint",
    "deriv",
    "dict",
    "elementwise_grad",
    "extend",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "isinstance",
    "jacobian",
    "list",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "misc",
    "multigrad_dict",
    "numpy",
    "primitive",
    "tensor_jacobian_product",
    "test_util",
    "tuple",
    "type",
    "value_and_grad",
    "vector_jacobian_product",
]
