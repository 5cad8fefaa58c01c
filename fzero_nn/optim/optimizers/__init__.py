"""Optimizers: chains of a few transformations each."""

from .adams import adam, adamax, adamaxw, adamw, nadam, nadamw
from .descent import (
    fromage,
    momentum_sgd,
    noisy_sgd,
    optimistic_gradient_descent,
    polyak_sgd,
    rprop,
    sgd,
    sign_sgd,
    signum,
)
from .layerwise import lamb, lars, lion, novograd
from .newton import lbfgs
from .relatives import adabelief, adan, amsgrad, radam, yogi
from .roots import adadelta, adafactor, adagrad, rmsprop, sm3

__all__ = [
    "adabelief",
    "adadelta",
    "adafactor",
    "adagrad",
    "adam",
    "adamax",
    "adamaxw",
    "adamw",
    "adan",
    "amsgrad",
    "fromage",
    "lamb",
    "lars",
    "lbfgs",
    "lion",
    "momentum_sgd",
    "nadam",
    "nadamw",
    "noisy_sgd",
    "novograd",
    "optimistic_gradient_descent",
    "polyak_sgd",
    "radam",
    "rmsprop",
    "rprop",
    "sgd",
    "sign_sgd",
    "signum",
    "sm3",
    "yogi",
]
