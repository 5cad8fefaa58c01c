"""Integrals of samples, as in `scipy.integrate`. Differential equations: `fzero.odeint`.

Example:
    >>> from fzero.scipy import integrate
    >>> float(integrate.trapezoid([1.0, 2.0, 3.0]))
    4.0
"""

from fzero.numpy import trapezoid

__all__ = ["trapezoid"]
