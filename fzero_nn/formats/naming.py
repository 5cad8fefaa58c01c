"""The names of leaves in the files of others, which know nothing of our marks."""

from typing import Any

from ..checkpoint.structure import names, paths

__all__ = ["plain_names"]


def plain_names(function: str, tree: Any) -> list[str]:
    """The path of each leaf, as in `layers/0/W`; "leaf" for a tree that is one.

    Raises:
        ValueError: two leaves have one path, as in {"a/b": x, "a": {"b": y}}, or a path has
            characters that a file cannot hold.
    """
    found = names(tree)
    if wrong := [
        path for path, name in zip(paths(tree), found, strict=True) if path not in ("", name)
    ]:
        raise ValueError(
            f"{function}: tree is with the paths {wrong}, which other leaves have too or a file "
            "cannot hold; expected another path for each leaf, without a backslash. Rename the "
            "entries."
        )
    return found
