"""debug_nans names what made a NaN; zero cotangents do not make any."""

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fzero
from fzero.errors import InfinityError, NaNError


class TestDebugInfs:
    def test_forward(self):
        with np.errstate(all="ignore"), fzero.debug_infs():
            with pytest.raises(InfinityError, match="debug_infs: log returned an infinity"):
                fzero.grad(lambda x: np.log(x))(0.0)

    def test_backward(self):
        with np.errstate(all="ignore"), fzero.debug_infs():
            with pytest.raises(InfinityError, match="the derivative of sqrt returned an infinity"):
                fzero.grad(lambda x: np.sqrt(x))(0.0)

    def test_an_infinity_that_comes_in_is_no_error(self):
        masked = lambda x: np.exp(np.where(x > 0, x, -np.inf)).sum()
        with fzero.debug_infs():
            assert fzero.grad(masked)(np.array([1.0, -1.0])).tolist() == [np.e, 0.0]

    def test_each_search_sees_its_own_kind_alone(self):
        with np.errstate(all="ignore"):
            with fzero.debug_infs():
                assert np.isnan(fzero.jvp(lambda x: x * np.nan, (1.0,), (1.0,))[0])
            with fzero.debug_nans():
                assert np.isinf(fzero.vmap(np.log)(np.zeros(1)))[0]

    def test_both_at_once_and_switched_off_inside(self):
        with np.errstate(all="ignore"), fzero.debug_infs(), fzero.debug_nans():
            with pytest.raises(InfinityError):
                fzero.vmap(np.log)(np.zeros(1))
            with pytest.raises(NaNError):
                fzero.vmap(np.log)(-np.ones(1))
            with fzero.debug_infs(False):
                assert fzero.vmap(np.log)(np.zeros(1))[0] == -np.inf
                with pytest.raises(NaNError):
                    fzero.vmap(np.log)(-np.ones(1))


class TestDebugNans:
    def named(self, error):
        """The operation and the source line that a message names."""
        line = int(re.search(r"test_nans\.py:(\d+)", str(error.value)).group(1))
        with open(__file__) as file:
            return file.read().splitlines()[line - 1]

    def test_forward(self):
        def f(x):
            y = x - 1.0
            z = np.log(y)  # the culprit
            return z * 2

        for transform in (fzero.grad(f), fzero.jacfwd(f), lambda x: fzero.vmap(f)(np.array([x]))):
            with np.errstate(invalid="ignore"), fzero.debug_nans():
                with pytest.raises(NaNError, match="debug_nans: log returned a NaN") as error:
                    transform(0.0)
            assert "# the culprit" in self.named(error)

    def test_backward_names_the_operation_and_the_line(self):
        def f(x):
            y = x * x  # the culprit: its zeros meet the infinite slope of the square root
            return np.sqrt(y)

        def through_a_library(x):
            y = np.linalg.norm(x) * 0.0  # the culprit
            return np.sqrt(y)

        for function, point, name in (
            (f, 0.0, "multiply"),
            (through_a_library, np.ones(2), "multiply"),
        ):
            with np.errstate(all="ignore"), fzero.debug_nans():
                with pytest.raises(NaNError, match=f"derivative of {name} .* backward") as error:
                    fzero.grad(function)(point)
            assert "# the culprit" in self.named(error)

    def test_inside_a_branch_under_vmap(self):
        def f(x):
            return fzero.cond(x > 0, lambda: np.log(-x), lambda: x)  # the culprit

        with np.errstate(all="ignore"), fzero.debug_nans():
            with pytest.raises(NaNError, match="log returned") as error:
                fzero.vmap(f)(np.array([1.0, -1.0]))
        assert "# the culprit" in self.named(error)

    def test_the_advice_works(self):
        safe = lambda x: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0)
        with fzero.debug_nans():
            assert fzero.grad(safe)(-1.0) == 0.0

    def test_a_nan_that_came_in_is_not_reported(self):
        with fzero.debug_nans():
            assert np.isnan(fzero.grad(lambda x: x * np.nan)(1.0))

    def test_holds_in_its_context_only(self):
        bad = fzero.grad(lambda x: np.log(x))
        with np.errstate(invalid="ignore"):
            with fzero.debug_nans():
                with fzero.debug_nans(False):
                    bad(-1.0)
                with pytest.raises(NaNError):
                    bad(-1.0)
            bad(-1.0)
            with fzero.debug_nans(), ThreadPoolExecutor(1) as pool:
                pool.submit(np.seterr, invalid="ignore").result()
                pool.submit(bad, -1.0).result()


class TestZeroCotangentsStayZero:
    """A branch that `where` did not take sends a zero back; it must not become a NaN."""

    CASES = {
        "sqrt": (lambda x: np.sqrt(x), 0.0),
        "log": (lambda x: np.log(x), 0.0),
        "reciprocal": (lambda x: 1.0 / x, 0.0),
        "division by itself": (lambda x: x / x, 0.0),
        "power": (lambda x: x**-1.5, 0.0),
        "power of power": (lambda x: x**x, 0.0),
        "square root by power": (lambda x: x**0.5, 0.0),
        "arccos": (lambda x: np.arccos(x), 1.0),
        "arcsin": (lambda x: np.arcsin(x), 1.0),
        "arctanh": (lambda x: np.arctanh(x), 1.0),
        "arccosh": (lambda x: np.arccosh(x), 1.0),
        "arctan2": (lambda x: np.arctan2(x, x), 0.0),
        "hypot": (lambda x: np.hypot(x, x), 0.0),
        "norm": (lambda x: np.linalg.norm(np.stack([x, x])), 0.0),
        "log1p": (lambda x: np.log1p(x), -1.0),
        "cbrt": (lambda x: np.cbrt(x), 0.0),
        "std": (lambda x: np.std(np.stack([x, x])), 0.0),
    }

    @pytest.mark.parametrize("name", CASES)
    def test_gradient_of_the_other_side_of_where(self, name):
        f, singular = self.CASES[name]
        masked = lambda x: np.where(x != singular, f(x), 2.0 * x)
        with np.errstate(all="ignore"):
            assert fzero.grad(masked)(singular) == 2.0
            x = np.full(2, singular)
            assert fzero.grad(lambda x: masked(x).sum())(x).tolist() == [2.0, 2.0]
            assert fzero.vmap(fzero.grad(masked))(x).tolist() == [2.0, 2.0]

    def test_the_example_of_the_goal(self):
        f = lambda x: np.where(x > 0, np.sqrt(x), 0).sum()
        assert fzero.grad(f)(np.zeros(3)).tolist() == [0.0] * 3

    def test_the_true_singularity_is_still_there(self):
        with np.errstate(divide="ignore"):
            assert fzero.grad(np.sqrt)(0.0) == np.inf
            assert fzero.grad(np.log)(0.0) == np.inf
