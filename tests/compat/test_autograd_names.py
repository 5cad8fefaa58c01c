"""Every public name of autograd 1.9 is here, or is refused with advice and listed on the page."""

import importlib
import json
from pathlib import Path

import pytest

from fzero.compat.autograd.refused import REFUSED

ROOT = Path(__file__).parents[2]
#: Module -> its public names, of autograd 1.9.0 over NumPy 2.4 and SciPy 1.17.
NAMES = json.loads((ROOT / "tests" / "data" / "autograd_names.json").read_text())
#: What autograd takes from the installed NumPy and SciPy.
TAKEN = {"autograd.numpy", "autograd.numpy.random", "autograd.scipy.linalg"}


@pytest.mark.parametrize("module", NAMES)
def test_every_name_is_here_or_refused(module):
    if module == "autograd.scipy.linalg":
        pytest.importorskip("scipy.linalg")
    here = importlib.import_module(f"fzero.compat.{module}")
    refused = REFUSED.get(module.removeprefix("autograd."), {})
    for name in NAMES[module].split():
        if name in refused:
            with pytest.raises(AttributeError, match="which is not here; expected"):
                getattr(here, name)
        elif module in TAKEN:
            source = importlib.import_module(module.removeprefix("autograd."))
            assert hasattr(here, name) or not hasattr(source, name), name
        else:
            assert hasattr(here, name), name


def test_what_is_refused_is_a_name_of_autograd_and_on_the_page():
    page = (ROOT / "docs" / "from_autograd.md").read_text()
    for module, names in REFUSED.items():
        assert set(names) <= set(NAMES[f"autograd.{module}"].split())
        assert all(f"`{name}`" in page for name in names)


def test_unknown_names_are_refused_too():
    module = importlib.import_module("fzero.compat.autograd.extend")
    with pytest.raises(AttributeError, match="from_autograd.md"):
        _ = module.nothing
