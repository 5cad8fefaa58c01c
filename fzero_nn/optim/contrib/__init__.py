"""Optimizers of recent papers, with the names of `optax.contrib`."""

from .ademamix import ScaleByAdemamixState, ademamix, scale_by_ademamix
from .muon import MuonState, muon, scale_by_muon
from .plateau import ReduceLROnPlateauState, reduce_on_plateau
from .prodigy import ProdigyState, prodigy
from .sam import SAMState, normalize, sam
from .schedule_free import (
    ScheduleFreeState,
    schedule_free,
    schedule_free_adamw,
    schedule_free_eval_params,
    schedule_free_sgd,
)

__all__ = [
    "MuonState",
    "ProdigyState",
    "ReduceLROnPlateauState",
    "SAMState",
    "ScaleByAdemamixState",
    "ScheduleFreeState",
    "ademamix",
    "muon",
    "normalize",
    "prodigy",
    "reduce_on_plateau",
    "sam",
    "scale_by_ademamix",
    "scale_by_muon",
    "schedule_free",
    "schedule_free_adamw",
    "schedule_free_eval_params",
    "schedule_free_sgd",
]
