"""Write cupy_names.json: what CuPy offers, for the stand-in of tests/strict.py.

Run it with any installed CuPy; no card is needed: python tests/data/make_cupy_names.py
"""

import inspect
import json
from pathlib import Path
from typing import Any

import cupy

MODULES = {
    "": cupy,
    "fft": cupy.fft,
    "lib": cupy.lib,
    "lib.stride_tricks": cupy.lib.stride_tricks,
    "linalg": cupy.linalg,
}


def parameters(function: Any) -> list[str] | None:
    """Names of the parameters; None where they cannot be read, or where any name is taken."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    return None if any(p.kind is p.VAR_KEYWORD for p in found) else [p.name for p in found]


def functions(module: Any) -> dict[str, list[str] | None]:
    """Public functions, constants and types of a module; of functions the parameters too."""
    names = [n for n in dir(module) if not n.startswith("_")]
    plain = [n for n in names if not isinstance(getattr(module, n), cupy.ufunc)]
    return {
        n: None if isinstance(getattr(module, n), type) else parameters(getattr(module, n))
        for n in plain
        if not inspect.ismodule(getattr(module, n))
    }


def main() -> None:
    """Write the file beside this one."""
    ufuncs = {
        n: getattr(cupy, n).types for n in dir(cupy) if isinstance(getattr(cupy, n), cupy.ufunc)
    }
    found = {
        "version": cupy.__version__,
        "modules": {name: functions(module) for name, module in MODULES.items()},
        "ufuncs": {
            n: list(dict.fromkeys(t.split("->")[0] for t in ts)) for n, ts in ufuncs.items()
        },
        "attributes": [n for n in dir(cupy.ndarray) if not n.startswith("_")],
    }
    rows = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()]
    Path(__file__).with_name("cupy_names.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
