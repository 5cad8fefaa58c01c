"""Weight files of other libraries, read and written with NumPy alone.

Every function reads data and runs none of it: what a file declares is checked against the file
before anything is allocated.
"""

from .dezero import dezero_to_trees, load_dezero, save_dezero
from .dezero_recurrent import lstm_from_dezero, lstm_to_dezero, rnn_from_dezero, rnn_to_dezero
from .safetensors import load_safetensors, save_safetensors
from .torch_files import load_torch

__all__ = [
    "dezero_to_trees",
    "load_dezero",
    "load_safetensors",
    "load_torch",
    "lstm_from_dezero",
    "lstm_to_dezero",
    "rnn_from_dezero",
    "rnn_to_dezero",
    "save_dezero",
    "save_safetensors",
]
