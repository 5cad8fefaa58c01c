"""The categories of primitives: from one mathematical statement to all the rules.

An author writes one call of a constructor per primitive; forward mode, reverse mode and batching
are derived here. `docs/add_a_primitive.md` shows each category at work.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .core import REGISTRY, Primitive
from .dtypes import dtype_of, shape_of, zeros_of
from .shaping import PYTHON_SCALARS, align, fit, match, op

__all__ = [
    "Each",
    "REAL",
    "bilinear",
    "custom",
    "draw",
    "elementwise",
    "linear",
    "nary_linear",
    "nondiff",
]

Domain = tuple[float, float]
Samples = Callable[[Any], list[tuple[tuple[Any, ...], dict[str, Any]]]]
REAL: Domain = (-2.0, 2.0)

_SHAPES = {
    1: [((3,),), ((2, 3),), ((),), ((0,),)],
    2: [((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (3,)), ((2, 3), ()), ((0,), (1,))],
    3: [((3,), (3,), (3,)), ((2, 3), (3,), ()), ((2, 1), (1, 3), (2, 3))],
}


# ------------------------------------------------------------------------------- elementwise


def draw(rng: Any, shape: tuple[int, ...], domain: Domain = REAL, complex: bool = False) -> Any:
    """A sample operand: uniform in `domain`, with an imaginary part if `complex`."""
    x = rng.uniform(*domain, shape)
    return x + 1j * rng.uniform(*domain, shape) if complex else x


def _elementwise_samples(domains: Sequence[Domain], complex: bool) -> Samples:
    def samples(rng: Any) -> list[Any]:
        kinds = (False, True) if complex else (False,)
        return [
            (tuple(draw(rng, s, d, c) for s, d in zip(shapes, domains, strict=True)), {})
            for c in kinds
            for shapes in _SHAPES[len(domains)]
        ]

    return samples


def _fitted(partial: Callable[..., Any], i: int) -> Callable[..., Any]:
    """The pull of argument `i` of a primitive that broadcasts."""

    def pull(ans: Any, *args: Any, **params: Any) -> Callable[[Any], Any]:
        linear_map = partial(ans, *args, **params) if params else partial(ans, *args)
        x = args[i]
        if x.__class__ in PYTHON_SCALARS:
            shape, dtype = (), dtype_of(x)
        else:
            shape, dtype = x.shape, x.dtype
            if shape == ans.shape and dtype is ans.dtype:
                return linear_map
        return lambda g: fit(linear_map(g), shape, dtype)

    return pull


def elementwise(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    *partials: Callable[..., Any] | None,
    domain: Domain | Sequence[Domain] = REAL,
    complex: bool = False,
    linear: tuple[frozenset[int], ...] = (),
    samples: Samples | None = None,
) -> Callable[..., Any]:
    r"""A function applied to each element, with NumPy broadcasting between its arguments.

    Args:
        impl: namespace -> the function.
        *partials: per argument `rule(ans, *args) -> (t -> t * df/darg)`, written with public ops;
            multiplication by a derivative is its own transpose, so one statement serves forward
            and reverse mode. The closure keeps alive exactly what it uses. None: no derivative.
        domain: the interval of sample operands, one or one per argument.
        complex: whether it is holomorphic (or bilinear), so that complex samples apply.
        linear: groups of arguments in which the function is linear jointly.
    """
    n = len(partials)
    first = partials[0]
    pulls = [p if n == 1 or p is None else _fitted(p, i) for i, p in enumerate(partials)]

    def jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
        if n == 1:
            return first(ans, *args, **params)(tangents[0])  # type: ignore[misc]
        total = None
        for t, partial in zip(tangents, partials):  # noqa: B905 (hot path)
            if t is None or partial is None:
                continue
            term = partial(ans, *args, **params)(t)
            total = term if total is None else total + term
        return total if total is None else match(total, ans)

    domains = [domain] * n if isinstance(domain[0], (int, float)) else list(domain)  # type: ignore
    prim = Primitive(
        name,
        impl,
        category="elementwise",
        pulls=pulls,
        jvp=jvp,
        batch=_batch_elementwise(name),
        samples=samples or _elementwise_samples(domains, complex),  # type: ignore[arg-type]
        linear=linear,
        partials=partials,
        pointwise=True,
    )
    return prim.call


def _batch_elementwise(name: str) -> Callable[..., Any]:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        for a, b in zip(args, batched):  # noqa: B905 (hot path)
            if not b and a.__class__ not in PYTHON_SCALARS:
                break
        else:
            if len(args) == 1 or sum(batched) == 1:
                return REGISTRY[name].call(*args, **params), True
        return REGISTRY[name].call(*align(args, batched), **params), True

    return batch


def nondiff(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    *,
    samples: Samples,
    batch: Callable[..., Any] | None = None,
    multiple: bool = False,
) -> Callable[..., Any]:
    """A function without derivatives (integers, comparisons, steps): tangents are zero.

    Args:
        batch: its batching rule; by default that of an elementwise function.
    """
    prim = Primitive(
        name,
        impl,
        category="nondiff",
        pulls=(),
        jvp=None,
        batch=batch or _batch_elementwise(name),
        samples=samples,
        multiple=multiple,
        linear=None,
        pointwise=batch is None,
    )
    return prim.call


# ------------------------------------------------------------------------------------ linear


def linear(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    transpose: Callable[..., Any],
    *,
    batch: Callable[..., Any],
    samples: Samples,
    multiple: bool = False,
) -> Callable[..., Any]:
    """A linear function of its one array: it is its own derivative.

    Args:
        transpose: `rule(shape, dtype, **params) -> (g -> cotangent)`, for an operand of that
            shape and dtype; it cannot keep the operand alive.
        batch: `rule(x, **params) -> ans`, `x` with its batch axis first, the result likewise.
        multiple: several results; `g` is then a list with None for zero.
    """

    def pull(ans: Any, x: Any, **params: Any) -> Callable[[Any], Any]:
        return transpose(shape_of(x), dtype_of(x), **params)

    prim = Primitive(
        name,
        impl,
        category="linear",
        pulls=(pull,),
        jvp=lambda tangents, ans, args, params: op(name)(tangents[0], **params),
        batch=lambda size, args, batched, params: (batch(args[0], **params), True),
        samples=samples,
        multiple=multiple,
        linear=(frozenset({0}),),
    )
    return prim.call


class Each(Sequence[Any]):
    """The pulls of a primitive that takes any number of arguments: one rule, told the index."""

    def __init__(self, rule: Callable[..., Any]) -> None:
        self.rule = rule

    def __len__(self) -> int:
        return 1 << 30

    def __getitem__(self, i: Any) -> Callable[..., Any]:
        return lambda ans, *args, **params: self.rule(i, ans, args, params)


def _zero_of(x: Any) -> Any:
    """The tangent of a constant; a Python number has one that goes with any array library."""
    return 0.0 if x.__class__ in PYTHON_SCALARS else zeros_of(x)


def nary_linear(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    transpose: Callable[..., Any],
    *,
    batch: Callable[..., Any],
    samples: Samples,
) -> Callable[..., Any]:
    """A function linear in any number of arrays jointly, such as `concatenate`.

    Args:
        transpose: `rule(i, shapes, **params) -> (g -> cotangent of argument i)`.
        batch: `rule(size, args, batched, params) -> (ans, True)`.
    """

    def pull(i: int, ans: Any, args: Any, params: Any) -> Callable[[Any], Any]:
        linear_map = transpose(i, [shape_of(a) for a in args], **params)
        dtype = dtype_of(args[i])
        if dtype == dtype_of(ans):
            return linear_map
        return lambda g: op("astype")(linear_map(g), dtype=dtype)

    def jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
        full = [_zero_of(a) if t is None else t for t, a in zip(tangents, args, strict=True)]
        return match(op(name)(*full, **params), ans)

    prim = Primitive(
        name,
        impl,
        category="linear",
        pulls=Each(pull),
        jvp=jvp,
        batch=batch,
        samples=samples,
        linear=None,
    )
    return prim.call


def bilinear(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    left: Callable[..., Any],
    right: Callable[..., Any],
    *,
    batch: Callable[..., Any],
    samples: Samples,
) -> Callable[..., Any]:
    """A function linear in each of its two arrays, such as `matmul`.

    Args:
        left: `rule(shape_x, y, **params) -> (g -> cotangent of x)`.
        right: `rule(x, shape_y, **params) -> (g -> cotangent of y)`.
        batch: `rule(size, args, batched, params) -> (ans, True)`.
    """

    def cast(linear_map: Callable[[Any], Any], ans: Any, x: Any) -> Callable[[Any], Any]:
        dtype = dtype_of(x)
        if dtype == dtype_of(ans):
            return linear_map
        return lambda g: op("astype")(linear_map(g), dtype=dtype)

    def jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
        (t, u), (x, y), call = tangents, args, op(name)
        if t is None:
            return match(call(x, u, **params), ans)
        if u is None:
            return match(call(t, y, **params), ans)
        return match(call(t, y, **params) + call(x, u, **params), ans)

    prim = Primitive(
        name,
        impl,
        category="bilinear",
        pulls=(
            lambda ans, x, y, **params: cast(left(shape_of(x), y, **params), ans, x),
            lambda ans, x, y, **params: cast(right(x, shape_of(y), **params), ans, y),
        ),
        jvp=jvp,
        batch=batch,
        samples=samples,
        linear=(frozenset({0}), frozenset({1})),
    )
    return prim.call


def custom(
    name: str,
    impl: Callable[[Any], Callable[..., Any]],
    *,
    pulls: Sequence[Callable[..., Any] | None],
    jvp: Callable[..., Any],
    batch: Callable[..., Any],
    samples: Samples,
    multiple: bool = False,
    linear: tuple[frozenset[int], ...] = (),
) -> Callable[..., Any]:
    """A primitive with all rules by hand; a comment beside it says why no category fits."""
    prim = Primitive(
        name,
        impl,
        category="custom",
        pulls=pulls,
        jvp=jvp,
        batch=batch,
        samples=samples,
        multiple=multiple,
        linear=linear,
    )
    return prim.call
