"""FrozenDict, freeze and unfreeze."""

import copy
import operator
import pickle
from collections import OrderedDict, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fzero import tree
from fzero.tree import FrozenDict, freeze, unfreeze

MUTATIONS = {
    "set": lambda d: operator.setitem(d, "W", 2),
    "delete": lambda d: operator.delitem(d, "W"),
    "update": lambda d: d.update(W=2),
    "setdefault": lambda d: d.setdefault("c", 2),
    "pop": lambda d: d.pop("W"),
    "popitem": lambda d: d.popitem(),
    "clear": lambda d: d.clear(),
}


@pytest.mark.parametrize("mutate", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_mutation_is_refused(mutate):
    d = FrozenDict(W=1, b=0)
    with pytest.raises(TypeError, match=r"`d \| {key: value}` or `d.replace\(key=value\)`"):
        mutate(d)
    assert d == {"W": 1, "b": 0}


def test_no_attribute_can_be_set():
    with pytest.raises(AttributeError):
        FrozenDict().note = "x"


def test_the_advice_works():
    d = FrozenDict(W=1, b=0)
    assert d | {"c": 2} == {"W": 1, "b": 0, "c": 2}
    assert d.replace(b=5) == {"W": 1, "b": 5}
    mutable = dict(d)
    mutable["W"] = 3
    assert d == FrozenDict(W=1, b=0)


def test_every_union_is_frozen():
    d = FrozenDict(a=1, b=2)
    for union in (d | {"a": 9}, {"c": 3} | d, d | FrozenDict(c=3)):
        assert type(union) is FrozenDict
    assert {"a": 9} | d == {"a": 1, "b": 2}
    with pytest.raises(TypeError):
        d | [("a", 1)]
    with pytest.raises(TypeError):
        [("a", 1)] | d


def test_a_union_in_place_binds_a_new_value():
    d = e = FrozenDict(a=1)
    d |= {"b": 2}
    assert d == {"a": 1, "b": 2} and e == {"a": 1} and type(d) is FrozenDict


def test_replace_takes_mappings_and_keeps_the_order():
    d = FrozenDict({"b": 1, 0: 2})
    assert list(d.replace({0: 5}, {0: 6}, b=7).items()) == [("b", 7), (0, 6)]
    assert type(d.replace()) is FrozenDict


def test_replace_names_every_unknown_key():
    with pytest.raises(ValueError, match=r"keys is \['w', 'c'\]; expected keys among \['W'\]"):
        FrozenDict(W=1).replace(w=2, c=3)


@given(st.dictionaries(st.one_of(st.integers(), st.text()), st.integers()))
def test_it_is_a_dictionary(items):
    d = FrozenDict(items)
    assert d == items and list(d) == list(items) and isinstance(d, dict)
    assert {**d} == items and repr(d) == f"FrozenDict({items!r})"
    assert type(FrozenDict.fromkeys(items, 0)) is FrozenDict
    assert FrozenDict.fromkeys(items, 0) == dict.fromkeys(items, 0)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol):
    d = FrozenDict(a=FrozenDict(W=[1]), b=2)
    again = pickle.loads(pickle.dumps(d, protocol))
    assert again == d and type(again) is type(again["a"]) is FrozenDict


def test_copies():
    d = FrozenDict(a=[1])
    assert copy.copy(d) is d and d.copy() is d
    deep = copy.deepcopy(d)
    assert deep == d and type(deep) is FrozenDict and deep["a"] is not d["a"]


def test_it_is_a_node():
    d = FrozenDict(b=1, a=FrozenDict(c=2))
    assert tree.leaves(d) == [2, 1]
    negative = tree.map(operator.neg, d)
    assert negative == {"a": {"c": -2}, "b": -1} and type(negative["a"]) is FrozenDict


def test_freeze_converts_every_dictionary():
    x = {"a": [{"b": 1}], "o": OrderedDict(z=1, y=2), "d": defaultdict(int, k=1), "n": None}
    frozen = freeze(x)
    assert frozen == x
    for d in (frozen, frozen["a"][0], frozen["o"], frozen["d"]):
        assert type(d) is FrozenDict
    assert list(frozen["o"]) == ["z", "y"]
    assert type(x["a"][0]) is dict


def test_freeze_flags_a_view_and_not_the_callers_array():
    x = np.ones(3)
    frozen = freeze({"W": x})["W"]
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 2
    x[0] = 5
    assert frozen[0] == 5 and np.shares_memory(frozen, x)


def test_freeze_keeps_what_is_read_only_or_has_no_such_flag():
    x = np.broadcast_to(1.0, 3)
    leaves = [x, np.float32(2), 3.0, "s", memoryview(b"ab")]
    assert all(a is b for a, b in zip(freeze(leaves), leaves, strict=True))


def test_freeze_keeps_the_class_of_an_array():
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    assert type(freeze(masked)) is np.ma.MaskedArray


def test_unfreeze_gives_plain_dictionaries():
    x = {"a": [{"W": np.ones(2)}], "b": {}}
    again = unfreeze(freeze(x))
    assert type(again) is type(again["a"][0]) is type(again["b"]) is dict
    again["a"][0]["c"] = 1
    assert "c" not in x["a"][0]
    ordered = OrderedDict(a=FrozenDict(b=1))
    assert type(unfreeze(ordered)) is OrderedDict and type(unfreeze(ordered)["a"]) is dict
