"""The Dockerfile, read: nobody here can build it, so what it refers to is looked up."""

from __future__ import annotations

import json
import re
import tomllib

import click
import pytest

from router.cli import main
from tests.deploy.compose import DEPLOY, REPOSITORY, composed, ours

_INSTRUCTIONS = {
    *(
        "ARG",
        "FROM",
        "ENV",
        "WORKDIR",
        "COPY",
        "RUN",
        "LABEL",
        "USER",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    )
}


def stages() -> list[list[tuple[str, str]]]:
    """Instruction and words, line by line, for each stage; first what stands before all of them."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    found: list[list[tuple[str, str]]] = [[]]
    for line in filter(None, lines):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest.strip()))
    return found


def last(instruction: str) -> str:
    """What the image itself says."""
    return [rest for word, rest in stages()[-1] if word == instruction][-1]


def test_it_holds_instructions_that_docker_knows() -> None:
    assert {word for stage in stages() for word, _ in stage} <= _INSTRUCTIONS
    assert len(stages()) == 3, "what comes first, what builds, what runs"


def test_it_stands_on_an_official_python_of_one_release_that_the_program_takes() -> None:
    [(_, default)] = stages()[0]
    assert default == "PYTHON_IMAGE=python:3.11.13-slim-bookworm"
    assert [rest.split(" AS ")[0] for stage in stages()[1:] for word, rest in stage if word == "FROM"] == [
        "${PYTHON_IMAGE}"
    ] * 2
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"


def test_it_runs_the_command_of_the_package_as_nobody_in_particular() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [entry] = json.loads(last("ENTRYPOINT"))
    assert list(project["scripts"]) == [entry]
    uid, _, gid = last("USER").partition(":")
    assert int(uid) >= 10_000
    assert int(gid) >= 10_000
    check = json.loads(last("HEALTHCHECK").partition(" CMD ")[2])
    assert check[0] == entry
    assert main.get_command(click.Context(main), check[1]) is not None


def ignored(name: str) -> bool:
    """Whether a file or folder at the root stays out of the build."""
    rules = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert rules[1] == "*", "everything stays out that is not named"
    return f"!{name}" not in rules


def test_what_it_copies_is_there_and_not_kept_out() -> None:
    copied = [rest.split()[:-1] for word, rest in stages()[1] if word == "COPY"]
    for name in (one for some in copied for one in some):
        assert (REPOSITORY / name).exists()
        assert not ignored(name)
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {build["project"]["readme"], *build["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
    assert wanted < {one for some in copied for one in some}


@pytest.mark.parametrize("name", ["deploy", ".git", "tests", "case-router.db", ".venv"])
def test_secrets_ledgers_and_history_stay_out(name: str) -> None:
    assert ignored(name)


def test_compose_builds_this_one() -> None:
    for service in ours().values():
        assert (DEPLOY / service["build"]["context"]).resolve() == REPOSITORY
        assert service["build"]["dockerfile"] == "deploy/Dockerfile"
        arguments = {rest.partition("=")[0] for word, rest in stages()[1] if word == "ARG"}
        assert set(service["build"]["args"]) <= arguments
    assert composed()["services"]["router"]["image"].startswith("case-router:")
    version = re.search(r'^version = "(.*)"$', (REPOSITORY / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    assert composed()["services"]["router"]["image"] == f"case-router:{version[1]}"
