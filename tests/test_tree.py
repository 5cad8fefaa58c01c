"""Pytrees: flattening, paths, mapping, registration, and the errors."""

import copy
import dataclasses
import functools
import gc
import itertools
import math
import pickle
import typing
from collections import Counter, OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fzero import tree
from fzero.tree import DictKey, FlattenedIndexKey, FrozenDict, GetAttrKey, SequenceKey

Point = namedtuple("Point", "x y")


class Typed(typing.NamedTuple):
    value: object

    def doubled(self):
        return 2 * self.value


@tree.register_dataclass
@dataclasses.dataclass(frozen=True)
class Layer:
    W: object
    b: object = None
    name: str = dataclasses.field(default="layer", metadata={"static": True})


@tree.register_pytree_node_class
class Pair:
    def __init__(self, left, right, unit="m"):
        self.left, self.right, self.unit = left, right, unit

    def tree_flatten(self):
        return (self.left, self.right), self.unit

    @classmethod
    def tree_unflatten(cls, unit, children):
        return cls(*children, unit)

    def __eq__(self, other):
        return vars(self) == vars(other)


def children_of(x):
    """Return the children of x in order, or None: an independent statement of what a node is."""
    if x is None:
        return []
    if type(x) in (dict, FrozenDict, defaultdict):
        try:
            return [x[k] for k in sorted(x)]
        except TypeError:
            return [x[k] for k in sorted(x, key=lambda k: (type(k).__name__, k))]
    if type(x) is OrderedDict:
        return list(x.values())
    if type(x) in (list, tuple, Point, Typed):
        return list(x)
    if type(x) is Layer:
        return [x.W, x.b]
    return [x.left, x.right] if type(x) is Pair else None


def recursive_leaves(x):
    children = children_of(x)
    return [x] if children is None else [y for c in children for y in recursive_leaves(c)]


def same(x, y):
    """Equal with the same types all the way down."""
    cx, cy = children_of(x), children_of(y)
    if type(x) is not type(y) or (cx is None) != (cy is None):
        return False
    below = cx is None or (len(cx) == len(cy) and all(map(same, cx, cy)))
    return below and x == y


def follow(x, path):
    for key in path:
        match key:
            case DictKey(k) | SequenceKey(k):
                x = x[k]
            case GetAttrKey(name):
                x = getattr(x, name)
            case FlattenedIndexKey(i):
                x = children_of(x)[i]
    return x


keys = st.one_of(st.integers(-3, 3), st.text("ab", max_size=2))
leaf = st.one_of(st.integers(), st.text(max_size=2), st.booleans())


def containers(x):
    return st.one_of(
        st.lists(x, max_size=3),
        st.lists(x, max_size=3).map(tuple),
        st.dictionaries(keys, x, max_size=3),
        st.dictionaries(keys, x, max_size=3).map(FrozenDict),
        st.dictionaries(keys, x, max_size=3).map(OrderedDict),
        st.dictionaries(keys, x, max_size=3).map(lambda d: defaultdict(int, d)),
        st.builds(Point, x, x),
        st.builds(Typed, x),
        st.builds(Layer, x, x, st.sampled_from(["a", "b"])),
        st.builds(Pair, x, x, st.sampled_from(["m", "s"])),
    )


trees = st.recursive(st.one_of(leaf, st.none()), containers, max_leaves=12)


# --- flatten and unflatten ---------------------------------------------------------------------


@given(trees)
def test_unflatten_inverts_flatten(x):
    leaves, treedef = tree.flatten(x)
    assert same(tree.unflatten(treedef, leaves), x)


@given(trees)
def test_leaves_are_those_of_a_recursive_walk(x):
    expected = recursive_leaves(x)
    got = tree.leaves(x)
    assert len(got) == len(expected) == tree.structure(x).num_leaves
    assert all(a is b for a, b in zip(got, expected, strict=True))


@given(trees)
def test_every_path_leads_to_its_leaf(x):
    pairs, treedef = tree.flatten_with_path(x)
    assert treedef == tree.structure(x)
    assert all(follow(x, path) is y for path, y in pairs)
    assert [y for _, y in pairs] == tree.leaves(x)
    assert len({path for path, _ in pairs}) == len(pairs)


@given(trees, trees)
def test_structures_are_equal_exactly_when_their_texts_are(x, y):
    a, b = tree.structure(x), tree.structure(y)
    assert (a == b) == (repr(a) == repr(b))
    assert a != b or hash(a) == hash(b)


@given(trees)
def test_a_structure_survives_pickle_and_knows_its_children(x):
    treedef = tree.structure(x)
    assert pickle.loads(pickle.dumps(treedef)) == treedef
    assert treedef.children() == [tree.structure(c) for c in children_of(x) or []]
    assert treedef.num_nodes == 1 + sum(c.num_nodes for c in treedef.children())


@given(st.dictionaries(st.one_of(keys, st.tuples(keys), st.none()), leaf), st.randoms())
def test_the_order_of_insertion_does_not_matter(d, random):
    try:
        sorted(d, key=lambda k: (type(k).__name__, k))
    except TypeError:
        return  # keys without an order stay as inserted, see below
    items = list(d.items())
    random.shuffle(items)
    assert tree.flatten(d) == tree.flatten(dict(items))


def test_keys_are_ordered_by_value_then_by_type_then_by_insertion():
    assert tree.leaves({2: "c", 1: "b", 1.5: "m"}) == ["b", "m", "c"]
    assert tree.leaves({"a": 2, 1: 1}) == [1, 2]
    first, second = object(), object()
    assert tree.leaves({second: 2, first: 1}) == [2, 1]
    assert tree.leaves(OrderedDict(b=1, a=2)) == [1, 2]


def test_keys_keep_their_types():
    assert tree.map(lambda x: x, {1: 0, "1": 5}) == {1: 0, "1": 5}
    assert [type(k) for k in tree.map(str, {True: 0})] == [bool]


@pytest.mark.parametrize("x", [1.0, "ab", b"ab", {1, 2}, np.ones(3), range(3), Counter(a=1), int])
def test_other_objects_are_leaves(x):
    leaves, treedef = tree.flatten(x)
    assert leaves[0] is x and len(leaves) == 1 and treedef.is_leaf
    assert tree.unflatten(treedef, leaves) is x


def test_unregistered_subclasses_of_containers_are_leaves():
    class MyList(list):
        pass

    x = [MyList([1, 2]), 3]
    assert tree.leaves(x) == [[1, 2], 3]
    assert tree.leaves(x)[0] is x[0]


def test_named_tuples_are_rebuilt_by_type():
    assert tree.map(lambda v: v + 1, Point(1, Typed(2))) == Point(2, Typed(3))
    assert tree.map(lambda v: v + 1, Typed(2)).doubled() == 6
    q, r = tree.map(np.transpose, np.linalg.qr(np.eye(2)))
    assert type(tree.map(np.abs, np.linalg.qr(np.eye(2)))) is type(np.linalg.qr(np.eye(2)))
    assert q.shape == r.shape == (2, 2)


def test_a_default_dict_keeps_its_factory_and_gains_no_key():
    d = defaultdict(list, a=1)
    new = tree.map(lambda x: x + 1, d)
    assert new == {"a": 2} and new["b"] == []
    with pytest.raises(ValueError, match="defaultdict"):
        tree.map(max, d, defaultdict(list, b=1))
    assert set(d) == {"a"}


def test_none_is_a_node_without_leaves_unless_is_leaf_says_otherwise():
    x = [None, 1, {"a": None}]
    assert tree.leaves(x) == [1]
    assert tree.leaves(x, is_leaf=lambda v: v is None) == [None, 1, None]
    assert tree.map(lambda v: 0, x, is_leaf=lambda v: v is None) == [0, 0, {"a": 0}]


def test_is_leaf_stops_at_nodes():
    x = {"a": (1, 2), "b": [3, (4,)]}
    assert tree.leaves(x, is_leaf=lambda v: isinstance(v, tuple)) == [(1, 2), 3, (4,)]
    pairs = tree.leaves_with_path(x, is_leaf=lambda v: isinstance(v, tuple))
    assert [tree.keystr(p) for p, _ in pairs] == ["['a']", "['b'][0]", "['b'][1]"]


@pytest.mark.parametrize("leaves", [[], [1], [1, 2, 3]])
def test_unflatten_refuses_a_wrong_number_of_leaves(leaves):
    with pytest.raises(ValueError, match=rf"leaves is {len(leaves)} objects; expected 2 for \(\*"):
        tree.unflatten(tree.structure((0, 0)), leaves)


def test_unflatten_takes_any_iterable_and_leaves_a_list_alone():
    leaves = [1, 2]
    treedef = tree.structure([0, (0,)])
    assert tree.unflatten(treedef, iter(leaves)) == treedef.unflatten(leaves) == [1, (2,)]
    assert leaves == [1, 2]


# --- depth, cycles, memory ---------------------------------------------------------------------


def nested(depth):
    x = 1
    for _ in range(depth):
        x = {"a": x, "b": (2,)}
    return x


def test_a_deep_tree_needs_no_recursion():
    depth = 20_000
    leaves, treedef = tree.flatten(nested(depth))
    assert leaves == [1] + [2] * depth
    assert treedef == tree.structure(tree.unflatten(treedef, leaves))
    assert hash(treedef) == hash(pickle.loads(pickle.dumps(treedef)))
    assert sum(tree.leaves(tree.map(lambda x, y: x + y, nested(depth), nested(depth)))) == 2 * (
        1 + 2 * depth
    )


def test_paths_of_a_deep_tree():
    (path, _), *_ = tree.leaves_with_path(nested(5_000))
    assert len(path) == 5_000
    assert len(repr(tree.structure(nested(5_000)))) > 5_000


def test_an_error_in_a_deep_tree_is_no_recursion_error():
    wrong = nested(2_000)
    wrong["b"] = [2]
    with pytest.raises(ValueError, match=r"rest\[0\]\['b'\] is a list of 1; expected a tuple of 1"):
        tree.map(max, nested(2_000), wrong)


def test_a_tree_that_holds_itself_is_refused():
    x = [1]
    x.append({"again": x})
    with pytest.raises(ValueError, match="holds itself"):
        tree.flatten(x)
    assert tree.leaves(x, is_leaf=lambda v: isinstance(v, dict)) == [1, x[1]]


def test_a_large_tree_with_shared_parts_is_no_cycle():
    shared = ([1, 2],)
    assert len(tree.leaves([shared] * 100_000)) == 200_000


def test_no_reference_cycle_is_left_behind():
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            leaves, treedef = tree.flatten({"a": [1, 2], "b": Point(1, 2)})
            tree.map(max, treedef.unflatten(leaves), treedef.unflatten(leaves))
            tree.flatten_with_path(treedef.unflatten(leaves))
        assert gc.collect() == 0
    finally:
        gc.enable()


# --- TreeDef -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (1, "*"),
        (None, "None"),
        ({"a": 1, "b": (2, None)}, "{'a': *, 'b': (*, None)}"),
        ([1, (2,), ()], "[*, (*,), ()]"),
        (FrozenDict(a=1), "FrozenDict({'a': *})"),
        (OrderedDict(b=1, a=2), "OrderedDict({'b': *, 'a': *})"),
        (defaultdict(int, a=1), "defaultdict(<class 'int'>, {'a': *})"),
        (Point(1, [2]), "Point(x=*, y=[*])"),
        (Layer(1, None, "fc"), "Layer(W=*, b=None, name='fc')"),
        (Pair(1, 2), "Pair['m'](*, *)"),
    ],
)
def test_the_text_of_a_structure(x, text):
    assert repr(tree.structure(x)) == text


def test_a_structure_is_immutable():
    treedef = tree.structure([1])
    with pytest.raises(AttributeError, match="read-only"):
        treedef.num_leaves = 3
    with pytest.raises(AttributeError, match="read-only"):
        del treedef.nodes
    assert treedef.num_leaves == 1
    assert copy.deepcopy(treedef) == treedef


def test_a_structure_is_a_key_and_differs_by_kind():
    cache = {tree.structure({"a": 1}): "dict"}
    assert cache[tree.structure({"a": 5})] == "dict"
    assert tree.structure(FrozenDict(a=1)) not in cache
    assert tree.structure([1]) != tree.structure((1,)) and tree.structure([1]) != "[*]"
    assert tree.structure(Layer(1, 2, "a")) != tree.structure(Layer(1, 2, "b"))


def test_flatten_up_to_stops_where_the_structure_does():
    treedef = tree.structure({"a": 0, "b": [0]})
    assert treedef.flatten_up_to({"a": (1, 2), "b": [{}]}) == [(1, 2), {}]
    with pytest.raises(ValueError, match=r"TreeDef.flatten_up_to: tree\['b'\] is a leaf of type"):
        treedef.flatten_up_to({"a": 1, "b": 2})


# --- map and its relatives ---------------------------------------------------------------------


@given(trees)
def test_map_of_the_identity_is_the_identity(x):
    assert same(tree.map(lambda v: v, x), x)
    assert same(tree.map_with_path(lambda path, v: follow(x, path), x), x)


@given(trees)
def test_map_pairs_equal_places(x):
    numbers = itertools.count()
    y = tree.map(lambda v: (v, next(numbers)), x)
    seen = []
    tree.map(lambda u, v: seen.append((u, v)), x, y)
    assert seen == [(u, (u, i)) for i, u in enumerate(tree.leaves(x))]


def test_map_takes_subtrees_of_the_rest():
    assert tree.map(lambda x, y: (x, y), [1, 2], [{"a": 3}, None]) == [(1, {"a": 3}), (2, None)]


def test_map_matches_dictionaries_by_key():
    first = FrozenDict(a=1, b=2)
    assert tree.map(lambda x, y: x - y, first, {"b": 20, "a": 10}) == {"a": -9, "b": -18}
    assert type(tree.map(max, first, {"b": 0, "a": 0})) is FrozenDict
    assert type(tree.map(max, {"a": 0, "b": 0}, first)) is dict
    p, q = object(), object()
    assert tree.map(lambda x, y: x - y, {p: 1, q: 2}, {q: 2, p: 1}) == {p: 0, q: 0}


def test_a_mismatch_names_every_place_and_both_structures():
    with pytest.raises(ValueError) as error:
        tree.map(max, {"a": [1, (2, 3)], "b": 1, "c": None}, {"a": [1, (2,)], "b": 1, "c": 5})
    assert str(error.value).splitlines() == [
        "map: rest[0]['a'][1] is a tuple of 1; expected a tuple of 2. "
        "Compare the two with fzero.tree.structure.",
        "rest[0]['c'] is a leaf of type int; expected None.",
        "got structure:      {'a': [*, (*,)], 'b': *, 'c': *}",
        "expected structure: {'a': [*, (*, *)], 'b': *, 'c': None}",
    ]


def test_a_mismatch_of_keys_names_the_keys():
    with pytest.raises(ValueError, match=r"rest\[1\]\[0\] is a dict without \['b'\] and with "):
        tree.map(max, [{"a": 1, "b": 2}], [{"a": 1, "b": 2}], [{"a": 1, "c": 2}])
    with pytest.raises(ValueError, match=r"is a dict with \['b'\]; expected the keys \['a'\]"):
        tree.map(max, {"a": 1}, {"a": 1, "b": 1})


def test_a_mismatch_of_aux_data_shows_it():
    with pytest.raises(ValueError, match="is a Pair of 2 with 's'; expected a Pair of 2 with 'm'"):
        tree.map(max, Pair(1, 2, "m"), Pair(1, 2, "s"))


def test_only_five_mismatches_are_listed():
    with pytest.raises(ValueError, match=r"and 4 more\.") as error:
        tree.map(max, [(1,)] * 9, [1] * 9)
    assert str(error.value).count("expected a tuple of 1") == 5


def test_a_large_structure_is_cut_in_a_message():
    with pytest.raises(ValueError) as error:
        tree.map(max, [1] * 10_000, [1] * 9_999)
    assert len(str(error.value)) < 3_000


def test_reduce_goes_from_left_to_right():
    x = {"a": [1, 2], "b": 3}
    assert tree.reduce(lambda total, v: total - v, x) == 1 - 2 - 3
    assert tree.reduce(lambda total, v: total + [v], x, []) == [1, 2, 3]
    assert tree.reduce(lambda total, v: total + v, None, 7) == 7
    pairs = {"a": (1, 2), "b": (3, 4)}
    last = tree.reduce(lambda _, v: v, pairs, is_leaf=lambda v: isinstance(v, tuple))
    assert last == (3, 4)


def test_all_is_about_leaves():
    assert tree.all([True, {"a": 1}]) and not tree.all([True, {"a": 0}]) and tree.all(())


def test_reduce_refuses_an_empty_tree_and_its_advice_works():
    with pytest.raises(ValueError, match="Pass an initializer"):
        tree.reduce(max, [None])
    assert tree.reduce(max, [None], 0) == 0


def test_all_leaves():
    assert tree.all_leaves(["a", 1, np.ones(2)])
    assert not tree.all_leaves([1, None])
    assert tree.all_leaves([1, None], is_leaf=lambda v: v is None)


@given(st.lists(leaf, min_size=6, max_size=6))
def test_transpose_is_its_own_inverse(v):
    outer, inner = tree.structure([0, 0, 0]), tree.structure({"a": 0, "b": (0,)})
    x = [{"a": v[2 * i], "b": (v[2 * i + 1],)} for i in range(3)]
    turned = tree.transpose(outer, inner, x)
    assert turned == {"a": v[0::2], "b": (v[1::2],)}
    assert tree.transpose(inner, outer, turned) == x
    assert tree.transpose(outer, None, x) == turned


def test_transpose_of_nothing():
    empty, inner = tree.structure([]), tree.structure((0, 0))
    assert tree.transpose(empty, inner, []) == ([], [])
    with pytest.raises(ValueError, match="Pass fzero.tree.structure of one lower part"):
        tree.transpose(empty, None, [])
    with pytest.raises(ValueError, match=r"transpose: subtree 1 is a leaf"):
        tree.transpose(tree.structure([0, 0]), None, [(1, 2), 3])


@given(trees, leaf)
def test_broadcast_of_one_leaf_fills_the_tree(x, value):
    assert same(tree.broadcast(value, x), tree.map(lambda _: value, x))


def test_broadcast_prefix_repeats_leaves():
    x = ({"a": 1, "b": [2, 3]}, 4, None)
    assert tree.broadcast_prefix((0, 1, 2), x) == [0, 0, 0, 1]
    assert tree.broadcast(({"a": 5, "b": 6}, 7, None), x) == ({"a": 5, "b": [6, 6]}, 7, None)
    is_none = {"is_leaf": lambda v: v is None}
    assert tree.broadcast_prefix((None, 0, 0), x, **is_none) == [None, None, None, 0]
    assert tree.broadcast_prefix(None, x, **is_none) == [None] * 4


@pytest.mark.parametrize("function", [tree.broadcast, tree.broadcast_prefix])
def test_what_is_no_prefix_is_refused(function):
    name = function.__name__
    with pytest.raises(ValueError, match=rf"^{name}: tree\[0\] is a leaf .* int; expected None"):
        function((None, 1), (1, 2))
    with pytest.raises(ValueError, match=rf"^{name}: tree is a list of 2; expected a tuple of 2"):
        function((0, 1), [1, 2])


# --- paths -------------------------------------------------------------------------------------


def test_paths_are_written_as_python():
    x = {"a": [Layer(1, Pair(2, 3)), Point(4, 5)], 7: 6}
    assert [tree.keystr(p) for p, _ in tree.leaves_with_path(x)] == [
        "[7]",
        "['a'][0].W",
        "['a'][0].b[<flat index 0>]",
        "['a'][0].b[<flat index 1>]",
        "['a'][1].x",
        "['a'][1].y",
    ]


def test_simple_paths():
    (path, _), *_ = tree.leaves_with_path([{"a": Layer(1)}])
    assert tree.keystr(path, simple=True, separator="/") == "0/a/W"
    assert tree.keystr((*path, "own"), simple=True, separator=".") == "0.a.W.own"


def test_map_with_path_takes_more_trees():
    got = tree.map_with_path(lambda p, x, y: (tree.keystr(p), x + y), {"a": 1}, {"a": 2})
    assert got == {"a": ("['a']", 3)}
    with pytest.raises(ValueError, match=r"map_with_path: rest\[0\] is a list"):
        tree.map_with_path(max, {"a": 1}, [2])


def test_keys_are_values():
    assert DictKey("a") == DictKey("a") and hash(DictKey("a")) == hash(DictKey("a"))
    assert DictKey(0) != SequenceKey(0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        DictKey("a").key = "b"


# --- registration ------------------------------------------------------------------------------


def test_a_registered_type_uses_its_functions():
    class Celsius:
        def __init__(self, degrees):
            self.degrees = degrees

    assert tree.leaves(Celsius(1))[0].degrees == 1  # a leaf as long as nobody has registered it
    tree.register_pytree_node(
        Celsius, lambda c: (iter([c.degrees]), None), lambda aux, children: Celsius(*children)
    )
    assert tree.leaves([Celsius(5)]) == [5]
    assert tree.map(lambda d: d + 1, Celsius(5)).degrees == 6


def test_named_keys_reach_the_paths():
    class Box:
        def __init__(self, x):
            self.x = x

    tree.register_pytree_with_keys(
        Box, lambda b: (((GetAttrKey("x"), b.x),), None), lambda _, c: Box(*c)
    )
    assert tree.leaves_with_path([Box(3)]) == [((SequenceKey(0), GetAttrKey("x")), 3)]
    assert tree.map(math.sqrt, Box(9)).x == 3


def test_a_class_with_named_keys():
    @tree.register_pytree_with_keys_class
    class Box:
        def __init__(self, x):
            self.x = x

        def tree_flatten_with_keys(self):
            return ((DictKey("x"), self.x),), None

        @classmethod
        def tree_unflatten(cls, aux, children):
            return cls(*children)

    assert tree.keystr(tree.leaves_with_path(Box([1]))[0][0]) == "['x'][0]"
    assert tree.map(lambda v: -v, Box(2)).x == -2


def test_a_type_is_registered_once():
    with pytest.raises(ValueError, match="already a node"):
        tree.register_pytree_node(dict, list, dict)
    with pytest.raises(TypeError, match="expected a class"):
        tree.register_pytree_node({}, list, dict)


def test_a_named_tuple_may_be_registered_after_it_was_met():
    Span = namedtuple("Span", "low high")
    assert tree.leaves(Span(1, 2)) == [1, 2]
    tree.register_static(Span)
    assert tree.leaves(Span(1, 2)) == []


def test_a_dataclass_by_its_fields():
    layer = Layer([1, 2], 3, "fc")
    assert tree.leaves(layer) == [1, 2, 3]
    assert tree.map(lambda x: x + 1, layer) == Layer([2, 3], 4, "fc")


def test_a_dataclass_with_named_meta_fields():
    @tree.register_dataclass(meta_fields=["rate"])
    @dataclasses.dataclass(slots=True)
    class Step:
        mean: float
        rate: float

    assert tree.leaves(Step(1.0, 0.5)) == [1.0]
    assert tree.map(str, Step(1.0, 0.5)) == Step("1.0", 0.5)


def test_rebuilding_a_dataclass_runs_no_check_twice():
    @tree.register_dataclass
    @dataclasses.dataclass
    class Percent:
        share: float
        factor: dataclasses.InitVar[float] = 100.0

        def __post_init__(self, factor):
            self.share = factor * float(self.share)

    assert tree.map(lambda x: x, Percent(0.5)).share == 50.0
    assert tree.map(str, Percent(0.5)).share == "50.0"


def test_register_dataclass_refuses_what_it_cannot_split():
    @dataclasses.dataclass
    class Two:
        x: int
        y: int

    with pytest.raises(TypeError, match="expected a dataclass"):
        tree.register_dataclass(int)
    with pytest.raises(ValueError, match=r"\['z'\]; expected each of \['x', 'y'\] once"):
        tree.register_dataclass(Two, meta_fields=["z"])
    with pytest.raises(ValueError, match="Leave data_fields out to take all the others"):
        tree.register_dataclass(Two, data_fields=["x"], meta_fields=["x"])
    tree.register_dataclass(Two, meta_fields=["x"])
    assert tree.leaves(Two(1, 2)) == [2]


def test_a_static_type_is_structure():
    @tree.register_static
    class Mode(str):
        pass

    assert tree.leaves([Mode("same"), 1]) == [1]
    assert tree.structure(Mode("same")) == tree.structure(Mode("same"))
    assert tree.structure(Mode("same")) != tree.structure(Mode("valid"))
    assert tree.map(lambda x: x, Mode("same")) == "same"


def test_partial_is_a_tree_of_its_arguments():
    power = tree.Partial(pow, 2, mod=None)
    assert isinstance(power, functools.partial) and power(5) == 32
    assert [tree.keystr(p) for p, _ in tree.leaves_with_path(power)] == [".args[0]"]
    tripled = tree.map(lambda x: 3, power)
    assert tripled(2) == 9 and tree.structure(tripled) == tree.structure(power)
    assert tree.structure(tree.Partial(max, 2)) != tree.structure(tree.Partial(min, 2))
