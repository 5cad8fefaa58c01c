"""All elementwise functions, which have a file per kind."""

from .arithmetic import *  # noqa: F403
from .conversion import *  # noqa: F403
from .exponential import *  # noqa: F403
from .selection import *  # noqa: F403
from .steps import *  # noqa: F403
from .trigonometric import *  # noqa: F403
