"""A name says what a thing is; a name that says nothing is not taken."""

import ast
import re
from pathlib import Path

from tests.shape.tree import files, listed, modules, name

_EMPTY = re.compile(r"(^|_)(utils?|common|managers?|helpers?|base|misc|stuff)(_|$)")
_EMPTY_CLASS = re.compile(r"(Utils?|Manager|Helper|Base|Misc)($|[A-Z])")
_EMPTY_FUNCTION = re.compile(r"(^|_)(utils?|managers?|helpers?|misc|stuff)(_|$)")


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    empty = [name(path) for path in modules() if any(_EMPTY.search(Path(part).stem) for part in name(path).split("/"))]
    assert not empty, listed(empty)


def test_no_class_or_function_has_a_name_that_says_nothing() -> None:
    empty = [
        f"{name(path)}:{node.lineno}: {node.name}"
        for path in modules("processor", "simulators", "bench")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ClassDef) and _EMPTY_CLASS.search(node.name))
        or (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _EMPTY_FUNCTION.search(node.name))
    ]
    assert not empty, listed(empty)


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in modules("tests") if path.name.startswith("test_")}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_file_names_differ_in_more_than_case() -> None:
    lowered = [name(path).lower() for path in files()]
    assert len(lowered) == len(set(lowered))
