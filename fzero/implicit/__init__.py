"""Functions defined by an equation: roots, linear systems, fixed points.

The derivative of a solution follows from the equation alone (the implicit function theorem), not
from the steps of the solver: these see plain values.
"""

from .fixed import fixed_point
from .linear import custom_linear_solve
from .roots import custom_root

__all__ = ["custom_linear_solve", "custom_root", "fixed_point"]
