"""Text as numbers, one for each character."""

import os
from typing import NamedTuple

import numpy as np

from .fetch import Published, find

__all__ = ["Corpus", "char_corpus", "read_text", "tiny_shakespeare"]

_SHAKESPEARE = Published(
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    1115394,
    sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
)


class Corpus(NamedTuple):
    """A text, to predict each character from the one before.

    Attributes:
        data: the numbers of all characters but the last, int64 of shape (N - 1,).
        label: the numbers of all characters but the first, int64 of shape (N - 1,).
        char_to_id: character -> number, by first appearance.
        id_to_char: number -> character.
    """

    data: np.ndarray
    label: np.ndarray
    char_to_id: dict[str, int]
    id_to_char: dict[int, str]


def char_corpus(text: str | os.PathLike[str]) -> Corpus:
    """Number the characters of a text, by first appearance.

    Args:
        text: the text itself as a str, or as a `Path` the file that holds it, in UTF-8.

    Returns:
        The corpus.

    Raises:
        ValueError: the text has fewer than two characters, or the file is not UTF-8.

    Example:
        >>> corpus = char_corpus("hello")
        >>> corpus.data.tolist(), corpus.label.tolist()
        ([0, 1, 2, 2], [1, 2, 2, 3])
        >>> "".join(corpus.id_to_char[i] for i in corpus.label.tolist())
        'ello'
    """
    text = text if isinstance(text, str) else read_text("char_corpus", text)
    if len(text) < 2:
        raise ValueError(
            f"char_corpus: text is {text!r}; expected two characters or more. For a file, write "
            "char_corpus(Path(name))."
        )
    char_to_id = {char: i for i, char in enumerate(dict.fromkeys(text))}
    ids = np.fromiter(map(char_to_id.__getitem__, text), np.int64, len(text))
    return Corpus(ids[:-1], ids[1:], char_to_id, {i: char for char, i in char_to_id.items()})


def tiny_shakespeare(folder: str | os.PathLike[str] | None = None, download: bool = False) -> str:
    """A text of 1,115,394 characters from the plays of Shakespeare.

    Args:
        folder: where `input.txt` lies; None for the cache alone.
        download: fetch it into the cache if it is in neither place.

    Returns:
        The text, for `char_corpus`.

    Raises:
        FileNotFoundError: it is in neither place; the message says where to put it.
    """
    paths = find("tiny_shakespeare", [_SHAKESPEARE], folder, download)
    return read_text("tiny_shakespeare", paths[0])


def read_text(function: str, path: str | os.PathLike[str]) -> str:
    """The text of a file in UTF-8, character for character; `function` stands in the message.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        # newline="" keeps the characters as they are in the file.
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{function}: {str(path)!r} is not UTF-8 ({error}); expected a text in UTF-8. "
            "Read it with Path.read_text(encoding=...), and pass the str."
        ) from error
