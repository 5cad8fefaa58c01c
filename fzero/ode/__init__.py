"""Ordinary differential equations: `odeint`, with gradients through the steps or by the adjoint."""

from .solve import odeint

__all__ = ["odeint"]
