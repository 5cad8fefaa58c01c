"""Reading pickles of plain data without running them.

A pickle is a program for a stack machine that may call any function. This machine knows the
instructions that dictionaries, lists, tuples, texts, bytes and numbers need, and calls only the
functions that its user lists; everything else is refused by name before it happens.
"""

import pickletools
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NamedTuple

from .damage import Damaged

__all__ = ["Function", "unpickle"]

_MARK = object()
#: Hashing a tuple descends into it without a limit, so a deep one would end the process.
_KEYS = (str, bytes, int, float, bool, type(None))


class Function(NamedTuple):
    """A function that a pickle may call."""

    call: Callable[..., Any]


class _Machine(NamedTuple):
    stack: list[Any]
    memo: dict[int, Any]
    names: Mapping[str, Any]
    load: Callable[[Any], Any]
    set_state: Callable[[Any, Any], None]


def _no_object(identity: Any) -> Any:
    raise Damaged("its pickle refers to an object outside of it")


def _drop_state(target: Any, state: Any) -> None:
    """Attributes of a dictionary, such as the `_metadata` of a module's, are no data."""
    if type(target) is not dict:
        raise Damaged(f"its pickle sets attributes of a {type(target).__name__}")


def unpickle(
    file: BinaryIO,
    names: Mapping[str, Any],
    load: Callable[[Any], Any] = _no_object,
    set_state: Callable[[Any, Any], None] = _drop_state,
) -> Any:
    """Read one pickle, and leave the file behind it.

    Args:
        file: in memory, so that a size that the pickle states allocates no more than there is.
        names: what "module name" stands for: a Function, or a value.
        load: the object of a persistent id.
        set_state: takes an object that the pickle has made, and the state that it gives it.

    Returns:
        The object. Strings of Python 2 are texts, one character a byte.

    Raises:
        Damaged: the pickle has another instruction, or another name, than those known here.
    """
    machine = _Machine([], {}, names, load, set_state)
    for opcode, argument, _ in pickletools.genops(file):
        step = _STEPS.get(opcode.name)
        if step is None:
            raise Damaged(f"its pickle has the instruction {opcode.name}, which data do not need")
        step(machine, argument)
    (result,) = machine.stack
    return result


def _push(value: Callable[[Any], Any]) -> Callable[[_Machine, Any], None]:
    return lambda m, argument: m.stack.append(value(argument))


def _since_mark(m: _Machine) -> list[Any]:
    items = []
    while (item := m.stack.pop()) is not _MARK:
        items.append(item)
    return items[::-1]


def _join(count: int) -> Callable[[_Machine, Any], None]:
    def step(m: _Machine, argument: Any) -> None:
        items = tuple(m.stack[-count:])
        del m.stack[-count:]
        m.stack.append(items)

    return step


def _set_items(m: _Machine, items: list[Any]) -> None:
    target = m.stack[-1]
    if type(target) is not dict:
        raise Damaged(f"its pickle fills a {type(target).__name__} as a dictionary")
    if wrong := [type(key).__name__ for key in items[::2] if type(key) not in _KEYS]:
        raise Damaged(f"its pickle has dictionaries with keys of types {sorted(set(wrong))}")
    target.update(zip(items[::2], items[1::2], strict=True))


def _append_items(m: _Machine, items: list[Any]) -> None:
    target = m.stack[-1]
    if type(target) is not list:
        raise Damaged(f"its pickle fills a {type(target).__name__} as a list")
    target += items


def _find(m: _Machine, name: str) -> None:
    if name not in m.names:
        raise Damaged(f"its pickle asks for {name.replace(' ', '.')}, which is no plain data")
    m.stack.append(m.names[name])


def _find_popped(m: _Machine, argument: Any) -> None:
    name, module = m.stack.pop(), m.stack.pop()
    if type(name) is not str or type(module) is not str:
        raise Damaged("its pickle asks for what is no name")
    _find(m, f"{module} {name}")


def _call(m: _Machine, argument: Any) -> None:
    arguments, function = m.stack.pop(), m.stack.pop()
    if type(function) is not Function or type(arguments) is not tuple:
        raise Damaged(f"its pickle calls a {type(function).__name__}")
    m.stack.append(function.call(*arguments))


def _build(m: _Machine, argument: Any) -> None:
    state = m.stack.pop()
    m.set_state(m.stack[-1], state)


def _remember(m: _Machine, index: Any) -> None:
    m.memo[len(m.memo) if index is None else index] = m.stack[-1]


_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), lambda m, argument: None),
    **dict.fromkeys(
        "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE BINUNICODE "
        "SHORT_BINUNICODE BINUNICODE8 STRING BINSTRING SHORT_BINSTRING SHORT_BINBYTES BINBYTES "
        "BINBYTES8".split(),
        _push(lambda argument: argument),
    ),
    "NONE": _push(lambda argument: None),
    "NEWTRUE": _push(lambda argument: True),
    "NEWFALSE": _push(lambda argument: False),
    "MARK": _push(lambda argument: _MARK),
    "EMPTY_DICT": _push(lambda argument: {}),
    "EMPTY_LIST": _push(lambda argument: []),
    "EMPTY_TUPLE": _push(lambda argument: ()),
    "TUPLE": lambda m, argument: m.stack.append(tuple(_since_mark(m))),
    "TUPLE1": _join(1),
    "TUPLE2": _join(2),
    "TUPLE3": _join(3),
    "SETITEM": lambda m, argument: _set_items(m, [m.stack.pop(), m.stack.pop()][::-1]),
    "SETITEMS": lambda m, argument: _set_items(m, _since_mark(m)),
    "APPEND": lambda m, argument: _append_items(m, [m.stack.pop()]),
    "APPENDS": lambda m, argument: _append_items(m, _since_mark(m)),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _remember),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, i: m.stack.append(m.memo[i])),
    "GLOBAL": _find,
    "STACK_GLOBAL": _find_popped,
    "REDUCE": _call,
    "BUILD": _build,
    "BINPERSID": lambda m, argument: m.stack.append(m.load(m.stack.pop())),
}
