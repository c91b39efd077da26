"""What the import linter cannot see: no drawers, no clock below the shells, no float beside money."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("policies", "eligibility", "reinsurance")
DRAWERS = {"utils", "helpers", "common", "lib", "core", "misc", "tools"}
CAPWEB = {
    "accounts", "apps", "audit", "celery", "clock", "desk", "http", "kernel", "locale", "management", "onebox",
    "paper", "settings", "static", "urls", "wsgi",
}  # fmt: skip
SHELLS = {"web", "api", "management", "tasks", "admin", "checks"}
GROUND_SHELLS = {"desk", "http", "management", "onebox", "clock"}
CLOCKS = {
    *(("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow")),
    *(("timezone", "now"), ("timezone", "localdate"), ("timezone", "localtime")),
}


def sources(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and "node_modules" not in path.parts
    )


def below_the_shells() -> list[Path]:
    inside = []
    for path in sources(*APPS):
        room = path.relative_to(ROOT).parts[1].removesuffix(".py")
        if room not in SHELLS:
            inside.append(path)
    for path in sources("capweb"):
        room = path.relative_to(ROOT).parts[1].removesuffix(".py")
        if room not in GROUND_SHELLS:
            inside.append(path)
    return inside


def test_the_import_contracts_hold():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_capweb_has_no_child_but_the_rooms_of_the_house():
    found = {path.name.removesuffix(".py") for path in (ROOT / "capweb").iterdir() if not path.name.startswith("__")}
    assert found <= CAPWEB


@pytest.mark.parametrize("folder", ["capweb", *APPS, "tests", "bench"])
def test_no_package_is_a_drawer(folder):
    names = {path.name.removesuffix(".py") for path in (ROOT / folder).rglob("*") if path.suffix in ("", ".py")}
    assert not names & DRAWERS


@pytest.mark.parametrize("path", below_the_shells(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_clock_is_read_below_the_shells(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in CLOCKS, f"line {node.lineno} reads the clock"
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {alias.name for alias in node.names}
            is_clock = node.module == "capweb.clock" or (node.module == "capweb" and "clock" in names)
            assert not is_clock, f"line {node.lineno} imports the clock"


@pytest.mark.parametrize(
    "path",
    sources(*(f"{app}/domain" for app in APPS), "capweb/kernel"),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_domain_knows_no_float(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"float on line {node.lineno}"
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        assert not (is_call and node.func.id == "float"), f"float() on line {node.lineno}"


@pytest.mark.parametrize("app", APPS)
def test_tasks_are_enqueued_by_name(app):
    for path in sources(app):
        if path.name != "tasks.py":
            assert f"from {app}.tasks" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("app", APPS)
def test_management_commands_call_commands_never_tasks(app):
    for path in sources(f"{app}/management"):
        text = path.read_text(encoding="utf-8")
        assert ".delay(" not in text, path
        assert "send_task" not in text, path


def test_no_signal_and_no_save_is_overridden():
    for path in sources(*APPS, "capweb"):
        text = path.read_text(encoding="utf-8")
        assert "def save(self" not in text, path
        assert "django.db.models.signals" not in text, path
        assert "@receiver" not in text, path


def test_nothing_of_the_product_depends_on_a_folder_outside_of_it():
    for path in sources("capweb", *APPS, "tests", "bench"):
        if path != Path(__file__).resolve():
            assert "../shared" not in path.read_text(encoding="utf-8"), path
