"""The code of README.md and docs/*.md runs, and what they link to and list exists."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

import fzero
import fzero.numpy
import fzero.scipy.special
import fzero.testing
import fzero_nn
from fzero.core import REGISTRY

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Pages that a reader learns from; each shows code.
WITH_CODE = (
    "README.md",
    "tour.md",
    "how_it_works.md",
    "add_a_primitive.md",
    "sharp_bits.md",
    "from_dezero.md",
    "from_autograd.md",
    "from_jax.md",
    "neural_networks.md",
    "onednn.md",
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name_of(path: Path) -> str:
    return path.name


def blocks(path: Path) -> list[tuple[int, str]]:
    """The line number and the text of each python block of a page."""
    text = path.read_text()
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, m.start(1)), m.group(1)) for m in found]


def run_session(path: Path, line: int, code: str, names: dict[str, Any]) -> None:
    """Run a block of `>>>` lines, and compare what it prints with what the page shows."""
    test = doctest.DocTestParser().get_doctest(code, {}, path.name, str(path), line)
    test.globs = names
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(
        test, out=report.append, clear_globs=False
    )
    assert result.failed == 0, "".join(report)


def run_page(path: Path) -> int:
    """Run the blocks of a page in order, in one namespace; returns how many there are."""
    names: dict[str, Any] = {"__name__": path.stem}
    for line, code in blocks(path):
        if code.lstrip().startswith(">>>"):
            run_session(path, line, code, names)
        else:
            exec(compile("\n" * line + code, str(path), "exec"), names)
    return len(blocks(path))


def lookup(dotted: str) -> Any:
    """The object that `fzero.grad` or `fnp.sin` in a page means."""
    roots = {"fzero": fzero, "fzero_nn": fzero_nn, "nn": fzero_nn, "fnp": fzero.numpy}
    first, *rest = dotted.split(".")
    found: Any = roots[first]
    for part in rest:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_the_code_of_a_page_runs(path, monkeypatch, tmp_path):
    # Pages save files and draw random numbers of NumPy: neither may reach other tests.
    monkeypatch.chdir(tmp_path)
    registered = set(REGISTRY)
    try:
        assert bool(run_page(path)) == (path.name in WITH_CODE)
    finally:
        for name in set(REGISTRY) - registered:
            del REGISTRY[name]


def test_a_wrong_line_in_a_page_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("text\n```python\n>>> 1 + 1\n3\n```\n")
    with pytest.raises(AssertionError, match="Expected:"):
        run_page(page)
    page.write_text("```python\nx = 1\n```\ntext\n```python\nassert x == 2\n```\n")
    with pytest.raises(AssertionError) as error:
        run_page(page)
    assert error.traceback[-1].lineno + 1 == 6


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_between_files_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)", path.read_text())
    missing = [link for link in links if link and not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_names_in_a_page_exist(path):
    prose = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    dotted = re.findall(r"`((?:fzero|fzero_nn|nn|fnp)\.[\w.]*\w)(?:\([^`]*\))?`", prose)
    unknown = []
    for name in set(dotted):
        try:
            lookup(name)
        except AttributeError:
            unknown.append(name)
    assert unknown == []


def test_the_tour_shows_every_public_name():
    tour = (ROOT / "docs" / "tour.md").read_text()
    absent = [name for name in fzero.__all__ if not re.search(rf"\bfzero\.{name}\b", tour)]
    assert absent == []


def test_the_table_of_modules_names_each():
    page = (ROOT / "docs" / "how_it_works.md").read_text()
    table = page.partition("## Where each thing lives")[2]
    files = {f.stem for f in (ROOT / "fzero").glob("*.py")} - {"__init__"}
    folders = {f.parent.name for f in (ROOT / "fzero").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == files | folders
