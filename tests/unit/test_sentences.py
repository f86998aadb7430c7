"""Every error of the program is said in English and in Chinese: no template is without its translation."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import router
from router.chinese import CHINESE
from router.errors import ConfigurationError, RouterError
from router.sentences import UnfitError, nearest, sentence

_ROOM = Path(router.__file__).parent
#: What takes templates: which of its positions are one. Methods that pass them on stand here by name.
_TAKE = {
    "sentence": (0,),
    "UnfitError": (0,),
    "wrong": (1, 2),
    "_wrong": (0,),
    "_no_contact": (1,),
    "__init__": (0,),
}
#: Says its own sentence about a row: what it is given is one already, or a library's words.
_OWN = {"RowRefusedError"}


def _kinds(kind: type[RouterError] = RouterError) -> Iterator[str]:
    yield kind.__name__
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _modules() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(_ROOM.rglob("*.py"))]


def _declared(trees: list[ast.Module]) -> set[str]:
    """Names of all error classes of the program, imported here or not."""
    kinds = set(_kinds())
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and {getattr(base, "id", "") for base in node.bases} & kinds:
                kinds.add(node.name)
    return kinds - _OWN


def _texts(node: ast.expr, tree: ast.Module) -> list[str]:
    """The templates an argument may be; empty when it is a sentence made elsewhere, or a name passed on."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and node.value else []
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, tree), *_texts(node.orelse, tree)]
    if isinstance(node, ast.Name):
        named = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == node.id
        ]
        return [text for one in named for text in _texts(one, tree)]
    spoken = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("word", "pick")
    assert not spoken, f"line {node.lineno}: an error has both languages; say `said`"
    assert not isinstance(node, ast.JoinedStr), f"line {node.lineno}: places of a sentence are filled in by name"
    return []


def _used() -> list[tuple[str, str, frozenset[str]]]:
    """Place, template and names of the data of everything that is said about an error."""
    modules = _modules()
    kinds = _declared([tree for _, tree in modules])
    found = []
    for path, tree in modules:
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = str(getattr(call.func, "id", "") or getattr(call.func, "attr", ""))
            passed_on = name == "_wrong" and not isinstance(call.func, ast.Attribute)
            at = (0,) if name in kinds else () if passed_on else _TAKE.get(name, ())
            given = [call.args[index] for index in at if index < len(call.args)]
            if name in kinds:
                given += [word.value for word in call.keywords if word.arg == "todo"]
            data = frozenset(word.arg or "**" for word in call.keywords)
            where = f"{path.relative_to(_ROOM)}:{call.lineno}"
            found += [(where, text, data) for node in given for text in _texts(node, tree)]
    return found


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


USED = _used()


def test_the_walk_finds_the_errors_of_the_program() -> None:
    assert len(USED) > 200
    assert len({where.partition("/")[0] for where, _, _ in USED}) > 8


@pytest.mark.parametrize(("where", "text", "data"), USED, ids=[where for where, _, _ in USED])
def test_every_sentence_about_an_error_has_its_chinese(where: str, text: str, data: frozenset[str]) -> None:
    assert text in CHINESE, f"{where}: router/chinese has no {text!r}"
    assert "**" in data or _places(text) <= data, where


def test_no_translation_is_left_over() -> None:
    assert CHINESE.keys() - {text for _, text, _ in USED} == set()


@pytest.mark.parametrize(("english", "chinese"), CHINESE.items(), ids=[text[:40] for text in CHINESE])
def test_a_translation_is_chinese_and_has_the_same_places(english: str, chinese: str) -> None:
    words = re.sub(r"\{[^{}]*\}", "", chinese)
    assert re.search(r"[\u4e00-\u9fff]", words) or not re.search(r"\w", words)
    assert _places(english) == _places(chinese)


def test_an_error_speaks_both_languages_and_logs_have_the_english_one() -> None:
    error = ConfigurationError(
        "the key {key} is not known",
        where="p.toml",
        todo="{nearest}Known here: {known}.",
        key="nmae",
        nearest=nearest("nmae", ("name", "title")),
        known="name, title",
    )
    assert str(error) == "p.toml: the key nmae is not known\n  Did you mean name? Known here: name, title."
    assert error.what_zh == "没有 nmae 这个键"
    assert error.todo_zh == "是不是 name？可用的键：name, title"


def test_a_sentence_inside_another_is_in_the_language_of_the_whole() -> None:
    reason = UnfitError("a text holds a NUL character").reason
    assert sentence("the ledger cannot keep this case: {reason}", reason=reason).zh == (
        "台账无法保存这件工单：文本中含有空字符（NUL）"
    )


def test_a_sentence_without_translation_is_not_lost() -> None:
    assert sentence("{what} that nobody translated", what="something").zh == "something that nobody translated"
