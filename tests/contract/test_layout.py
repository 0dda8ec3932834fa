"""The layout that a stranger can rely on: no long file, no crowded folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from infra.apps import ROOT

LINES = 300
MODULES = 12
PRODUCT = ("shared", "services", "infra")


def test_no_product_file_is_long() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in _modules() if (lines := _lines(path)) > LINES}

    assert not long


def test_no_folder_is_crowded() -> None:
    in_folder = Counter(path.parent.relative_to(ROOT) for path in _modules("tests", "benchmarks"))

    assert not {str(folder): many for folder, many in in_folder.items() if many > MODULES}


def _modules(*others: str) -> list[Path]:
    """The modules but those whose name Python prescribes."""
    found = [path for folder in (*PRODUCT, *others) for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if not path.stem.startswith("__")]


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
