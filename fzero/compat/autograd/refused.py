"""The public names of autograd that are not here, each with what to do instead."""

from collections.abc import Callable
from typing import Any

__all__ = ["REFUSED", "refusing"]

_NO_CLASS = "There is no class of traced values to extend: state rules with defvjp and defjvp"
_NO_SPACE = "Structures are pytrees: register one with fzero.tree.register_pytree_node"
_NO_GRAPH = "Record a run with fzero.graph.record"
_NO_NEED = "Call fzero.value inside of the function, or state the primitive without rules"
_COMPARE = "Compare with numpy.testing.assert_allclose"
_TRANSFORM = "Write it over fzero.vjp and fzero.jvp, which take several arguments"

#: Module -> name -> the way out.
REFUSED: dict[str, dict[str, str]] = {
    "extend": {
        "Box": _NO_CLASS,
        "JVPNode": _NO_CLASS,
        "SparseObject": "Return an array, or update zeros by fzero.at",
        "VJPNode": _NO_CLASS,
        "VSpace": _NO_SPACE,
        "register_notrace": _NO_NEED,
        "vspace": "Take zeros_like, or fzero.tree.map over a structure",
    },
    "tracer": {
        "Box": _NO_CLASS,
        "Node": _NO_CLASS,
        "new_box": _NO_CLASS,
        "register_notrace": _NO_NEED,
        "trace": _NO_GRAPH,
    },
    "misc.tracers": {
        "const_graph_unary": "Call the function itself",
        "full_graph": _NO_GRAPH,
    },
    "test_util": {"check_equivalent": _COMPARE, "scalar_close": _COMPARE},
    "util": {
        "quick_grad_check": "Use check_grads of fzero.compat.autograd.test_util",
        "subval": "Build the tuple of arguments in place",
        "subvals": "Build the tuple of arguments in place",
        "toposort": _NO_GRAPH,
    },
    "wrap_util": {
        "unary_to_nary": _TRANSFORM,
        "wrap_nary_f": _TRANSFORM,
        "wraps": "Use functools.wraps",
    },
    "numpy.random": {
        "get_bit_generator": "Draw from numpy.random.default_rng, or by keys of fzero.random",
        "set_bit_generator": "Draw from numpy.random.default_rng, or by keys of fzero.random",
    },
}


def refusing(module: str, here: Any = ()) -> Callable[[str], Any]:
    """The `__getattr__` of a module, whose AttributeError says what to do instead.

    Args:
        module: its name behind `autograd.`.
        here: the names that it has.
    """

    def __getattr__(name: str) -> Any:
        advice = REFUSED.get(module, {}).get(name, "See docs/from_autograd.md")
        wanted = list(here) or "no name of this module"
        raise AttributeError(
            f"autograd.{module}: the name is {name!r}, which is not here; expected {wanted}. "
            f"{advice}."
        )

    return __getattr__
