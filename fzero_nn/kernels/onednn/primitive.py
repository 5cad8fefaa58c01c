"""Primitives: operations of the library for one set of shapes, made once and kept for a while."""

import ctypes
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from .loader import PAGE, loaded, on_fork

__all__ = [
    "Argument",
    "Descriptor",
    "Primitive",
    "Unsupported",
    "described",
    "dims",
    "made",
    "primitive_desc",
    "reorder_desc",
]

_F32, _ANY, _EXEC_ARGUMENT, _IMPLEMENTATION, _USER_SCRATCH = 3, 1, 255, 8, 1


class Argument:
    """The numbers of what a primitive takes and gives."""

    SRC, DST, WEIGHTS, BIAS, MEAN, VARIANCE, SCALE, SHIFT = 1, 17, 33, 41, 49, 50, 51, 52
    WORKSPACE, SCRATCH = 64, 80
    DIFF_SRC, DIFF_DST, DIFF_WEIGHTS, DIFF_BIAS = 129, 145, 161, 169
    DIFF_SCALE, DIFF_SHIFT = 255, 256


class Unsupported(Exception):
    """The library has nothing, or nothing fast, for these shapes."""


def _library() -> Any:
    library = loaded()
    if library is None:
        raise Unsupported
    return library


class _Owned:
    """An object of the library that is destroyed with this one."""

    def __init__(self, make: str, destroy: str, *args: Any) -> None:
        c = _library().c
        self._as_parameter_, self._destroy = ctypes.c_void_p(), getattr(c, destroy)
        if getattr(c, make)(ctypes.byref(self._as_parameter_), *args):
            raise Unsupported

    def __del__(self) -> None:
        if self._as_parameter_:
            self._destroy(self._as_parameter_)


# ---------------------------------------------------------------------------------- descriptors


class Descriptor(_Owned):
    """Shape and layout of a float32 array: C order, channels last, or left to the library."""

    def __init__(self, shape: Sequence[int], layout: str = "plain") -> None:
        shape = tuple(shape)
        if layout == "any":
            make, how = "dnnl_memory_desc_create_with_tag", _ANY
        else:
            make, how = "dnnl_memory_desc_create_with_strides", dims(_strides(shape, layout))
        super().__init__(make, "dnnl_memory_desc_destroy", len(shape), dims(shape), _F32, how)


def dims(values: Sequence[int]) -> Any:
    """Integers as the library wants them."""
    return (ctypes.c_int64 * len(values))(*values)


def _strides(shape: tuple[int, ...], layout: str) -> list[int]:
    """In elements. Axes of size 1 count, too, as NumPy's own strides may not."""
    order = [*range(len(shape))]
    if layout == "last":
        order = [0, *order[2:], 1]
    strides, step = [0] * len(shape), 1
    for axis in reversed(order):
        strides[axis], step = step, step * shape[axis]
    return strides


def reorder_desc(before: Any, after: Any) -> _Owned:
    """The description of a copy from one layout to another."""
    engine = _library().engine
    return _Owned(
        "dnnl_reorder_primitive_desc_create", "dnnl_primitive_desc_destroy", before, engine, after,
        engine, None,
    )  # fmt: skip


# ----------------------------------------------------------------------------------- primitives


class _User(_Owned):
    """The attribute that says: the scratch memory is ours."""

    def __init__(self) -> None:
        super().__init__("dnnl_primitive_attr_create", "dnnl_primitive_attr_destroy")
        _library().c.dnnl_primitive_attr_set_scratchpad_mode(self, _USER_SCRATCH)


def primitive_desc(kind: str, *args: Any) -> _Owned:
    """What `dnnl_<kind>_primitive_desc_create(engine, *args, attribute)` gives.

    Raises:
        Unsupported: the library has none, or only its slow reference.
    """
    library, make = _library(), f"dnnl_{kind}_primitive_desc_create"
    found = _Owned(make, "dnnl_primitive_desc_destroy", library.engine, *args, _User())
    name = ctypes.c_char_p()
    library.c.dnnl_primitive_desc_query(found, _IMPLEMENTATION, 0, ctypes.byref(name))
    if (name.value or b"ref").startswith(b"ref"):
        raise Unsupported
    return found


class _Step(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_int), ("memory", ctypes.c_void_p)]


class _Memory(_Owned):
    def __init__(self, descriptor: Any) -> None:
        engine = _library().engine
        super().__init__("dnnl_memory_create", "dnnl_memory_destroy", descriptor, engine, None)


class _Call:
    """A primitive with the memories that it works on."""

    def __init__(self, desc: Any, memories: Mapping[int, _Memory]) -> None:
        self.memories = memories
        self.primitive = _Owned("dnnl_primitive_create", "dnnl_primitive_destroy", desc)
        steps = [_Step(number, m._as_parameter_.value) for number, m in memories.items()]
        self.args = (_library().stream, len(steps), (_Step * len(steps))(*steps))

    def __call__(self, c: Any) -> int:
        return c.dnnl_primitive_execute(self.primitive, *self.args)


class Primitive:
    """An operation on arrays: `primitive(*inputs, *outputs)` writes the outputs.

    Args:
        desc: what it does.
        inputs, outputs: per argument, how the caller's array is laid out, None for as the library
            likes. Where the library wants another layout, the array is reordered on the way.

    The arrays must be of that very layout. Only one call runs at a time: each uses all threads.
    """

    def __init__(self, desc: _Owned, inputs: Mapping[int, Any], outputs: Mapping[int, Any]) -> None:
        self.dnnl, self.size, self._base = _library(), 0, None
        #: Bytes of each argument that is laid out as the library likes.
        self.sizes: list[int] = []
        self._given: list[_Memory] = []
        self._inner: list[tuple[_Memory, int]] = []
        memories, before, after = {}, [], []
        for number, own in (*inputs.items(), *outputs.items()):
            memories[number], reorder = self._placed(desc, number, own, number in inputs)
            if reorder is not None:
                (before if number in inputs else after).append(reorder)
        if described(desc, Argument.SCRATCH):
            memories[Argument.SCRATCH] = self._held(self._wanted(desc, Argument.SCRATCH))
        self._calls = [*before, _Call(desc, memories), *after]

    def _wanted(self, desc: Any, number: int) -> Any:
        return ctypes.c_void_p(
            self.dnnl.c.dnnl_primitive_desc_query_md(desc, _EXEC_ARGUMENT, number)
        )

    def _held(self, descriptor: Any) -> _Memory:
        """A memory in the scratch."""
        memory = _Memory(descriptor)
        self._inner.append((memory, self.size))
        self.size += -(-self.dnnl.c.dnnl_memory_desc_get_size(descriptor) // PAGE) * PAGE
        return memory

    def _placed(self, desc: Any, number: int, own: Any, is_input: bool) -> Any:
        """The memory of an argument, and what brings the caller's array there or back."""
        wanted = self._wanted(desc, number)
        outer = _Memory(wanted if own is None else own)
        self._given.append(outer)
        if own is None:
            self.sizes.append(described(desc, number))
        if own is None or self.dnnl.c.dnnl_memory_desc_equal(own, wanted):
            return outer, None
        inner = self._held(wanted)
        source, target = (outer, inner) if is_input else (inner, outer)
        desc = reorder_desc(own, wanted) if is_input else reorder_desc(wanted, own)
        return inner, _Call(desc, {Argument.SRC: source, Argument.DST: target})

    def __call__(self, *arrays: Any) -> None:
        library, c = self.dnnl, self.dnnl.c
        with library.lock:
            library.settle()
            base = library.scratch(self.size)
            if base != self._base:
                for memory, offset in self._inner:
                    c.dnnl_memory_set_data_handle(memory, ctypes.c_void_p(base + offset))
                self._base = base
            for memory, array in zip(self._given, arrays, strict=True):
                address = array.__array_interface__["data"][0]
                c.dnnl_memory_set_data_handle(memory, ctypes.c_void_p(address))
            status = [call(c) for call in self._calls]
        if any(status):
            raise RuntimeError(
                f"oneDNN: a primitive returned the status {max(status)}; expected 0. "
                "Set FZERO_KERNELS=numpy to go without it."
            )


def described(desc: Any, number: int) -> int:
    """How many bytes a primitive wants for an argument."""
    c = _library().c
    return c.dnnl_memory_desc_get_size(c.dnnl_primitive_desc_query_md(desc, _EXEC_ARGUMENT, number))


@lru_cache(maxsize=1024)
def made(build: Callable[..., Any], *key: Any) -> Any:
    """`build(*key)`, kept for the next call; None where the library has nothing for it."""
    try:
        return build(*key)
    except Unsupported:
        return None


on_fork(made.cache_clear)
