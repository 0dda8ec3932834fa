"""Installs the third-party packages of a bundle from the lock, for the platform that runs the bundle."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PLATFORMS = {"arm64": "aarch64-manylinux2014", "x86_64": "x86_64-manylinux2014"}
# Chalice adds its runtime itself, and Lambda's Python has the others. Without them a bundle has 4 MB instead of 21.
PROVIDED = ("chalice", "boto3", "botocore", "jmespath", "python-dateutil", "six")
# No function runs these files, a sixth of a bundle. They are scripts, manuals, and tests that packages ship by mistake;
# the font of barcodes (ours have no text); the builders of C extensions (cryptography needs only their compiled
# backend); pydantic's version 1; the parts of Powertools beside logs, metrics and traces.
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
# Liquid brings Babel, whose 10 MB describe the dates and money of a thousand places. Mails use these.
LANGUAGES = ("root", "en", "en_GB", "en_US")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def requirements(root: Path, service: str) -> str:
    """The service's packages from the lock, in pip's form with hashes. Leaves out our own code and PROVIDED."""
    prune = [word for name in PROVIDED for word in ("--prune", name)]
    command = ["uv", "export", "--frozen", "--package", service, "--no-emit-workspace", "--no-dev", "--no-header"]
    return subprocess.run(
        [*command, "--no-annotate", *prune], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def vendored(build: Path, arch: str, required: str) -> Path:
    """A folder under `build` with these requirements installed and compiled. Equal texts give the same folder."""
    recipe = f"{PYTHON} {arch}\n{NEVER_RUN} {LANGUAGES}\n{required}"
    folder = build / "vendor" / hashlib.sha256(recipe.encode()).hexdigest()[:16]
    if not folder.exists():
        _install(folder, arch, required)
    return folder


def compile_bytecode(folder: Path) -> None:
    """Compile bytecode that Python uses without a look at the source: a service then imports in half the time.

    Tracebacks name the files in the place where Lambda unpacks them. Equal sources give equal bytes.
    """
    mode = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    subprocess.run([sys.executable, "-m", "compileall", "-q", *mode, str(folder)], check=True, env=environment)


def _install(folder: Path, arch: str, required: str) -> None:
    """Fill a draft folder and rename it at the end, so that an interrupted run leaves no half-filled folder."""
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
