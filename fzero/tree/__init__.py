"""Pytrees: nested containers seen as a list of leaves and a structure.

Nodes are dict, FrozenDict, OrderedDict, defaultdict, list, tuple, named tuples, None (a node
without leaves) and the types registered here. Anything else is a leaf, unregistered subclasses of
dict, list and tuple included. Dictionary entries are ordered by key (by type name, then value, if
the keys do not compare; by insertion if that fails too), an OrderedDict's always by insertion.

Every walk is a loop over an explicit stack, so the depth of a tree is bounded by memory alone.
"""

from .freezing import freeze, unfreeze
from .frozen import FrozenDict
from .functions import (
    Partial,
    all,
    all_leaves,
    broadcast,
    broadcast_prefix,
    map,
    reduce,
    transpose,
)
from .keys import DictKey, FlattenedIndexKey, GetAttrKey, KeyPath, SequenceKey, keystr
from .paths import flatten_with_path, leaves_with_path, map_with_path
from .register import (
    register_dataclass,
    register_pytree_node,
    register_pytree_node_class,
    register_pytree_with_keys,
    register_pytree_with_keys_class,
    register_static,
)
from .treedef import TreeDef, flatten, leaves, structure, unflatten

__all__ = [
    "DictKey",
    "FlattenedIndexKey",
    "FrozenDict",
    "GetAttrKey",
    "KeyPath",
    "Partial",
    "SequenceKey",
    "TreeDef",
    "all",
    "all_leaves",
    "broadcast",
    "broadcast_prefix",
    "flatten",
    "flatten_with_path",
    "freeze",
    "keystr",
    "leaves",
    "leaves_with_path",
    "map",
    "map_with_path",
    "reduce",
    "register_dataclass",
    "register_pytree_node",
    "register_pytree_node_class",
    "register_pytree_with_keys",
    "register_pytree_with_keys_class",
    "register_static",
    "structure",
    "transpose",
    "unflatten",
    "unfreeze",
]
