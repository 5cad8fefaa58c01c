"""Write library_names.json: the names of NumPy and of the Array API, for docs/coverage.md.

Run it with a recent NumPy and array-api-strict installed: python tests/data/make_library_names.py
"""

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np

#: Names of that package that the standard does not have.
_EXTRA = ("ArrayAPIStrictFlags", "Device")
VERSION = "2024.12"


def names(module: Any) -> list[str]:
    """Public names of a module, without the modules below it."""
    listed = getattr(module, "__all__", dir(module))
    public = [n for n in listed if not n.startswith("_")]
    return sorted(n for n in public if not inspect.ismodule(getattr(module, n)))


def by_part(root: Any) -> dict[str, list[str]]:
    """The names of a namespace and of its two extensions."""
    return {"": names(root), "linalg": names(root.linalg), "fft": names(root.fft)}


def main() -> None:
    """Write the file beside this one."""
    import array_api_strict  # wanted by nothing else

    array_api_strict.set_array_api_strict_flags(api_version=VERSION)
    standard = by_part(array_api_strict)
    standard[""] = [n for n in standard[""] if "array_api_strict" not in n and n not in _EXTRA]
    found = {
        "numpy": {"version": np.__version__, "names": by_part(np)},
        "array_api": {"version": VERSION, "names": standard},
    }
    rows = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()]
    Path(__file__).with_name("library_names.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
