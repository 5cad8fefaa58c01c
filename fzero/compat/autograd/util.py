"""`autograd.util`, of which nothing is here: its names say what to do instead."""

from .refused import refusing

__getattr__ = refusing("util")
