"""requirements.lock: all that the box runs on, on each machine and Python it is for.

`python release.py --lock` makes it anew; nothing here asks an index.
"""

from __future__ import annotations

import ast
import importlib.util
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
ANEW = "run: python release.py --lock"


def load_release() -> ModuleType:
    """release.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "release.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RELEASE = load_release()
TEXT = RELEASE.LOCK.read_text(encoding="utf-8")
LOCKED: dict[str, tuple[str, list[str]]] = RELEASE.read_lock(TEXT)
BOXES = [(machine, py) for machine in RELEASE.MACHINES for py in RELEASE.PYTHONS]


def declared() -> list[str]:
    """What setup.py requires at run time, and pyproject.toml to build."""
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    lists = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "REQUIRES"
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*ast.literal_eval(lists[0]), *project["build-system"]["requires"]]


def installed(name: str) -> str | None:
    """The version of a package in this environment."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def needs(name: str, machine: str, python: str) -> Iterator[Requirement]:
    """What an installed package needs on a box."""
    box = {
        "extra": "",
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    for line in metadata.requires(name) or ():
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate(box):
            yield need


def is_locked(need: Requirement) -> bool:
    """Whether the lock has it, at a version that is admitted."""
    name = RELEASE.canonical(need.name)
    if name in RELEASE.NOT_LOCKED:
        return True
    return name in LOCKED and need.specifier.contains(LOCKED[name][0])


@pytest.mark.parametrize("line", declared())
def test_what_the_box_needs_is_locked_at_a_version_it_admits(line: str) -> None:
    assert is_locked(Requirement(line)), ANEW


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_package_has_hashes_and_none_twice(name: str) -> None:
    hashes = LOCKED[name][1]
    assert hashes
    assert len(hashes) == len(set(hashes))


@pytest.mark.parametrize(("machine", "python"), BOXES)
def test_what_a_locked_package_needs_is_locked_for_every_box(
    machine: str, python: str
) -> None:
    lacking = [
        f"{name} needs {need}"
        for name, (version, _) in LOCKED.items()
        if installed(name) == version
        for need in needs(name, machine, python)
        if not is_locked(need)
    ]
    assert not lacking, ANEW


def test_the_tests_run_on_what_is_locked() -> None:
    here = {name: installed(name) for name in LOCKED}
    # The tests' environment need not have been built here.
    here["setuptools"] = LOCKED["setuptools"][0]
    other = [
        f"{name} {here[name]} (locked: {version})"
        for name, (version, _) in LOCKED.items()
        if here[name] != version
    ]
    if other:
        pytest.skip(f"this environment has other versions: {', '.join(other)}")


def test_a_lock_is_written_as_it_is_read() -> None:
    assert RELEASE.write_lock(LOCKED) == TEXT, ANEW


def test_the_lock_names_no_index_and_no_folder() -> None:
    assert "/" not in TEXT
    assert "--index" not in TEXT


def test_wheels_are_asked_for_by_every_tag_that_a_box_may_have() -> None:
    words = RELEASE.wheels_for("aarch64", "3.13")
    assert "--python-version=3.13" in words
    assert "--only-binary=:all:" in words
    for tag in ("manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_36"):
        assert f"--platform={tag}_aarch64" in words


def test_the_newest_lock_leaves_out_pip_and_the_program_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("pip", "hotspot-lite", "Zope.Event", "et_xmlfile")
    found = [{"metadata": {"name": name, "version": "1"}} for name in names]
    monkeypatch.setattr(RELEASE, "report", lambda *words: found)
    assert RELEASE.newest() == {"zope-event": "1", "et-xmlfile": "1"}
