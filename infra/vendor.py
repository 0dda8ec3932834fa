"""The third-party part of a bundle, as the lock names it, for the platform that runs it."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# Chalice adds its runtime itself, and the others come with Lambda's Python: 21 MB become 4.
PROVIDED = ("chalice", "boto3", "botocore", "jmespath", "python-dateutil", "six")
# Scripts, manuals, tests that packages ship by mistake, the font of barcodes that we draw without words, what builds C
# extensions (cryptography needs only their compiled backend), pydantic's old self, and the parts of Powertools beside
# logs, metrics and traces: a sixth of a bundle.
_POWERTOOLS = "aws_lambda_powertools"
_UTILITIES = (
    "auth_alpha batch circuit_breaker data_classes data_masking feature_flags idempotency kafka parameters parser "
    "streaming validation"
)
NEVER_RUN = (
    *("bin", "share", "tests", "importlib_resources/tests", "barcode/fonts"),
    *("cffi", "pycparser", "pydantic/v1", f"{_POWERTOOLS}/event_handler"),
    *(f"{_POWERTOOLS}/utilities/{name}" for name in _UTILITIES.split()),
)
# Babel, which Liquid brings, knows in 10 MB how a thousand places write dates and money; these are what mails use.
LANGUAGES = ("root", "en", "en_GB", "en_US")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def requirements(root: Path, service: str) -> str:
    """What the lock gives the service beside its own code and what is there already, in pip's form with hashes."""
    prune = [word for name in PROVIDED for word in ("--prune", name)]
    command = ["uv", "export", "--frozen", "--package", service, "--no-emit-workspace", "--no-dev", "--no-header"]
    return subprocess.run(
        [*command, "--no-annotate", *prune], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def vendored(build: Path, arch: str, required: str) -> Path:
    """A folder under `build` with these requirements installed and compiled; the same text gives the same folder."""
    recipe = f"{PYTHON} {arch}\n{NEVER_RUN} {LANGUAGES}\n{required}"
    folder = build / "vendor" / hashlib.sha256(recipe.encode()).hexdigest()[:16]
    if not folder.exists():
        _install(folder, arch, required)
    return folder


def compile_bytecode(folder: Path) -> None:
    """Ships bytecode that is trusted as it is: a service then imports in half the time.

    Tracebacks name files where Lambda unpacks them, and equal sources give equal bytes.
    """
    mode = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([sys.executable, "-m", "compileall", "-q", *mode, str(folder)], check=True, env=environment)


def _install(folder: Path, arch: str, required: str) -> None:
    """Fills a folder beside the final one and renames it, so that an interrupted run leaves nothing half done."""
    draft = folder.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    platform = ["--python-platform", PLATFORMS[arch], "--python-version", PYTHON, "--only-binary", ":all:"]
    to = ["--target", str(draft), "--python", sys.executable]
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--no-deps", "--no-installer-metadata", *to, *platform, "-r", "-"],
        input=required,
        text=True,
        check=True,
    )
    _drop_what_never_runs(draft)
    compile_bytecode(draft)
    draft.rename(folder)


def _drop_what_never_runs(folder: Path) -> None:
    for name in NEVER_RUN:
        shutil.rmtree(folder / name, ignore_errors=True)
    foreign = [file for file in folder.glob("babel/locale-data/*.dat") if file.stem not in LANGUAGES]
    for file in [*folder.rglob("*.pyi"), *folder.glob(".lock"), *foreign]:
        file.unlink()
