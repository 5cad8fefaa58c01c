"""Each error says what was got, what was wanted and a way out: contributing.md has the form."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(f for package in ("fzero", "fzero_nn") for f in (ROOT / package).rglob("*.py"))
#: `<function>: <got>; expected <wanted>. <way out>`; {} stands for what is filled in.
FORM = re.compile(r"(\{\} |[^:;]+: ).*; expected .*[.?)] \S", re.DOTALL)


def template(node: ast.expr) -> str | None:
    """The text of a string or f-string, None for other expressions."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return None


def messages(source: str) -> Iterator[tuple[int, str]]:
    """The line and the text of every exception that `source` makes with a message of its own.

    AssertionErrors are left out: they report what a check compared.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        kind, text = ast.unparse(node.func), template(node.args[0])
        if kind.endswith("Error") and kind != "AssertionError" and text is not None:
            yield node.lineno, text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_have_the_form(path):
    found = messages(path.read_text())
    wrong = [(n, text) for n, text in found if not FORM.match(text)]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("f: x is {}; expected an int. Write f(1).", True),
        ("{}: x is {}; expected one of (1, 2). Leave it out.", True),
        ("f: x is {}; expected an int.", False),
        ("f: x is wrong", False),
        ("x is {}; expected an int. Write f(1).", False),
    ],
)
def test_the_form_tells_messages_apart(text, right):
    assert bool(FORM.match(text)) == right


def test_every_message_is_seen():
    source = 'raise ValueError(f"f: {x}")\nreturn errors.NaNError("a" "b") if c else ValueError(m)'
    assert [text for _, text in messages(source)] == ["f: {}", "ab"]
