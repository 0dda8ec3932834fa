"""Writes every deployed template for cfn-lint: core, the packaged services, the front.

python -m infra.templates <folder>
"""

import json
import shutil
import sys
from pathlib import Path

from infra.bundle import HOST, ROOT, bundle
from infra.generate.core import core_template
from infra.generate.front import front_template


def write(folder: Path) -> list[Path]:
    """Write the templates of a stage as JSON files to `folder`, which is emptied first. Returns the files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {"core": json.dumps(core_template(ROOT), indent=1), "front": json.dumps(front_template(ROOT), indent=1)}
    texts |= {made.service: made.template.read_text() for made in bundle(HOST)}
    for name, text in texts.items():
        (folder / f"{name}.json").write_text(text)
    return sorted(folder.glob("*.json"))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
