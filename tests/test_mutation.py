"""Arrays that a tape needs, changed in place: an error where it happens, never a wrong gradient."""

import numpy as np
import pytest

import fzero
from fzero.errors import MutatedArrayError


class TestMutatedWhileTheTransformRuns:
    """A write to an array that the tape needs raises, and the array is writable again after."""

    @staticmethod
    def run(change, c, f=lambda x, c: x * c):
        def loss(x):
            y = f(x, c).sum()
            change()
            return y

        return fzero.grad(loss)(np.ones(3))

    def test_a_captured_array(self):
        c = np.arange(3.0)
        with pytest.raises(MutatedArrayError, match=r"a = a.copy\(\).*fzero.at\(a, i\)"):
            self.run(lambda: c.__setitem__(0, 5.0), c)
        assert c.tolist() == [0.0, 1.0, 2.0] and c.flags.writeable
        c[0] = 5.0

    def test_in_place_operators(self):
        c = np.arange(3.0)
        with pytest.raises(MutatedArrayError):
            self.run(lambda: c.__iadd__(1.0), c)
        assert c.flags.writeable

    def test_the_advice_works(self):
        c = np.arange(3.0)
        held = [c]

        def out_of_place():
            held[0] = held[0].copy()
            held[0][0] = 5.0
            held[0] = fzero.at(held[0], 1).set(7.0)

        assert self.run(out_of_place, c).tolist() == [0.0, 1.0, 2.0]
        assert held[0].tolist() == [5.0, 7.0, 2.0]

    def test_the_argument_itself(self):
        x = np.ones(3)

        def f(y):
            z = (y * y).sum()
            x[0] = 5.0
            return z

        with pytest.raises(MutatedArrayError):
            fzero.grad(f)(x)
        assert x.tolist() == [1.0] * 3 and x.flags.writeable

    def test_the_owner_of_a_captured_view(self):
        owner = np.arange(6.0)
        with pytest.raises(MutatedArrayError):
            self.run(lambda: owner.__setitem__(0, 5.0), owner[::2])
        assert owner.flags.writeable
        owner[0] = 5.0

    def test_a_captured_view(self):
        owner = np.arange(6.0)
        view = owner.reshape(2, 3)[0]
        with pytest.raises(MutatedArrayError):
            self.run(lambda: view.__setitem__(0, 5.0), view)
        assert view.flags.writeable and owner.flags.writeable
        view[0] = 5.0

    def test_a_captured_owner_and_its_view(self):
        owner = np.arange(3.0)
        view = owner[:]
        g = self.run(lambda: None, owner, lambda x, c: x * c * view)
        assert g.tolist() == [0.0, 1.0, 4.0]
        assert owner.flags.writeable and view.flags.writeable

    def test_matrix_product_and_many_arguments(self):
        c = np.ones((3, 3))
        for f in (
            lambda x, c: c @ x,
            lambda x, c: np.where(x > 0, x * c, c),
            lambda x, c: np.einsum("i,ij->j", x, c),
        ):
            with pytest.raises(MutatedArrayError):
                self.run(lambda: c.fill(2.0), c, f)
            assert c.flags.writeable

    def test_nested_transforms(self):
        c = np.arange(3.0)

        def f(x):
            y = fzero.grad(lambda z: (z * c * x).sum())(x)
            c[0] = 1.0
            return y.sum()

        with pytest.raises(MutatedArrayError):
            fzero.grad(f)(np.ones(3))
        assert c.flags.writeable

    def test_an_array_that_is_not_needed_may_change(self):
        c = np.arange(3.0)
        g = self.run(lambda: c.fill(9.0), c, lambda x, c: np.sin(x) + c)
        np.testing.assert_allclose(g, np.cos(np.ones(3)), rtol=1e-15)
        assert c.tolist() == [9.0] * 3

    def test_a_read_only_array_stays_read_only(self):
        c = np.arange(3.0)
        c.flags.writeable = False
        assert self.run(lambda: None, c).tolist() == [0.0, 1.0, 2.0]
        assert not c.flags.writeable

    def test_a_write_of_the_users_own_to_a_read_only_array_keeps_its_error(self):
        frozen = np.arange(3.0)
        frozen.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            fzero.grad(lambda x: frozen.fill(1.0) or x)(1.0)

    def test_forward_mode_needs_nothing_later(self):
        c = np.arange(3.0)

        def f(x):
            y = x * c
            c[0] = 7.0
            return y

        y, t = fzero.jvp(f, (np.ones(3),), (np.ones(3),))
        assert t.tolist() == [0.0, 1.0, 2.0] and c[0] == 7.0


class TestMutatedBeforeThePullback:
    @pytest.mark.parametrize("make", [fzero.vjp, fzero.linearize])
    def test_raises_when_it_is_called(self, make):
        x, c = np.ones(3), np.arange(3.0)
        pull = make(lambda x: x * c, x)[1]
        pull(np.ones(3))
        assert c.flags.writeable and x.flags.writeable
        c[0] = 5.0
        with pytest.raises(MutatedArrayError, match=r"shape \(3,\) and dtype float64.*x.copy\(\)"):
            pull(np.ones(3))
        c[0] = 0.0
        pull(np.ones(3))

    @pytest.mark.parametrize("make", [fzero.vjp, fzero.linearize])
    def test_the_owner_of_a_view(self, make):
        owner = np.arange(6.0)
        pull = make(lambda x: x * owner[::2], np.ones(3))[1]
        owner[0] = 5.0
        with pytest.raises(MutatedArrayError):
            pull(np.ones(3))

    def test_the_advice_works(self):
        c = np.arange(3.0)
        copy = c.copy()
        _, pull = fzero.vjp(lambda x: x * copy, np.ones(3))
        c[0] = 5.0
        assert pull(np.ones(3))[0].tolist() == [0.0, 1.0, 2.0]


class Foreign:
    """Memory of another library: an array interface, no buffer."""

    def __init__(self, array):
        self.array, self.__array_interface__ = array, array.__array_interface__


@pytest.mark.parametrize("part", [slice(None), slice(1, None)])
def test_arrays_that_numpy_could_not_make_writable_again_stay_writable(part):
    x = np.asarray(Foreign(np.arange(3.0)))[part]
    assert fzero.grad(lambda y: (y * x).sum())(np.ones(x.size)).tolist() == x.tolist()
    assert fzero.grad(lambda x: (x * x).sum())(x).tolist() == (2 * x).tolist()
    assert x.flags.writeable
