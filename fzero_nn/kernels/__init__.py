"""Forward and backward passes written by hand on raw arrays; they know nothing of tracers."""

from . import onednn

__all__ = ["onednn"]
