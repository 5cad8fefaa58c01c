"""What the Array API standard lets a program ask of a namespace: its devices, dtypes and limits."""

from typing import Any

import numpy as np

from ..backend import devices

__all__ = ["Inspection"]


class Inspection(type(np.__array_namespace_info__())):  # type: ignore[misc]
    """The answers of `fzero.numpy.__array_namespace_info__()`; NumPy's, but for the devices.

    Source: the section "Inspection" of the Python array API standard.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.__array_namespace_info__().capabilities()["boolean indexing"]
        True
    """

    def devices(self) -> list[str]:
        """What `device=` takes: "cpu", as NumPy calls it, and "gpu:0", ... for CuPy's cards."""
        return [str(d) for d in devices()]

    def default_device(self) -> str:
        """Where arrays are made if no device is given: "cpu"."""
        return "cpu"

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype]:
        """The dtypes of arrays made without one, by kind; the same on every device."""
        return dict(super().default_dtypes())  # type: ignore[arg-type]

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, np.dtype]:
        """The dtypes by name, all or those of a kind; the same on every device."""
        return super().dtypes(kind=kind)
