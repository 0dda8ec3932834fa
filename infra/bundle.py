"""Packages each service as one zip and one CloudFormation template. Equal inputs give equal bytes.

Each service and architecture has its scratch copy under `.build/<architecture>/<service>/`. A service is bundled again
only when one of its inputs has changed.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra import vendor
from infra.console import console, fail
from infra.generate.grants import functions, policy
from infra.generate.template import additions
from shared.services import SERVICES

ROOT = Path(__file__).resolve().parent.parent
# Lambda's names of the architectures. The machine's own one runs the local cloud.
ARCHITECTURES = ("arm64", "x86_64")
HOST = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
# Chalice's own name for what it packages; ours is the template's parameter `Stage`.
STAGE = "regulars"
# Files of this project whose change makes every bundle stale.
MACHINERY = ("infra/bundle.py", "infra/vendor.py", "infra/generate/service.yaml", "uv.lock")


@dataclass(frozen=True)
class Bundle:
    """The code and the template of one service. The deployment sets the parameters `CodeBucket` and `CodeKey`."""

    service: str
    archive: Path
    template: Path


def bundle(arch: str, services: Iterable[str] = SERVICES, root: Path = ROOT) -> list[Bundle]:
    """Package the services for an architecture. A bundle with unchanged inputs is reused.

    Two simultaneous commands wait for each other. Raises PackagingError with Chalice's output.
    """
    build = root / ".build"
    build.mkdir(exist_ok=True)
    with (build / f"{arch}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _package_stale(arch, services, root)
    return [_bundle(root, arch, service) for service in services]


def _package_stale(arch: str, services: Iterable[str], root: Path) -> None:
    stale = [service for service in services if not _is_fresh(root, arch, service)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        required = dict(zip(stale, pool.map(lambda service: vendor.requirements(root, service), stale), strict=True))
        texts = set(required.values())
        vendored = dict(
            zip(texts, pool.map(lambda text: vendor.vendored(root / ".build", arch, text), texts), strict=True)
        )
        list(pool.map(lambda service: _package(root, arch, service, vendored[required[service]]), stale))


def _bundle(root: Path, arch: str, service: str) -> Bundle:
    folder = root / ".build" / arch / service
    return Bundle(service, folder / "deployment.zip", folder / "template.json")


def _is_fresh(root: Path, arch: str, service: str) -> bool:
    made = _bundle(root, arch, service)
    stamp = made.archive.with_name("inputs")
    complete = made.archive.exists() and made.template.exists() and stamp.exists()
    return complete and stamp.read_text() == _fingerprint(root, arch, service)


def _fingerprint(root: Path, arch: str, service: str) -> str:
    """A digest of all inputs of a bundle."""
    home = root / "services" / service
    own = [home / "app.py", home / "pyproject.toml"]
    files = [*own, *_sources(home / service), *_sources(root / "shared"), *(root / name for name in MACHINERY)]
    made = json.dumps([additions(root, service), _configuration(service, arch), _policies(service)], sort_keys=True)
    digest = hashlib.sha256(f"{arch} {sys.version} {made}".encode())
    for file in files:
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _package(root: Path, arch: str, service: str, third_party: Path) -> None:
    """Fill the scratch copy, let Chalice package it, and add the packages that the lock names to the zip."""
    made = _bundle(root, arch, service)
    folder = made.archive.parent
    shutil.rmtree(folder, ignore_errors=True)
    project = _scratch_copy(root, arch, service, folder / "project")
    chalice_zip, chalice_template = _run_chalice(project, additions(root, service), folder / "packaged")
    code = folder / "code"
    with zipfile.ZipFile(chalice_zip) as archive:
        archive.extractall(code)
    vendor.compile_bytecode(code)
    _write_zip(made.archive, [code, third_party])
    template = json.loads(chalice_template.read_text())
    made.template.write_text(json.dumps(template, indent=1, sort_keys=True) + "\n")
    made.archive.with_name("inputs").write_text(_fingerprint(root, arch, service))


def _scratch_copy(root: Path, arch: str, service: str, project: Path) -> Path:
    """A Chalice project for the architecture. Its `vendor/` holds the service's own package and `shared`.

    Chalice silently leaves out a package beside `app.py`, but packages the contents of `vendor/`.
    """
    home = root / "services" / service
    ignore = shutil.ignore_patterns("__pycache__", "pyproject.toml", "*.egg-info")
    shutil.copytree(home / service, project / "vendor" / service, ignore=ignore)
    shutil.copytree(root / "shared", project / "vendor" / "shared", ignore=ignore)
    shutil.copy(home / "app.py", project / "app.py")
    settings = project / ".chalice"
    settings.mkdir()
    (settings / "config.json").write_text(json.dumps(_configuration(service, arch)))
    for file, policy_document in _policies(service).items():
        (settings / file).write_text(json.dumps(policy_document))
    return project


def _configuration(service: str, arch: str) -> dict[str, object]:
    """Chalice's configuration of a service."""
    return {
        "version": "2.0",
        "app_name": service,
        "stages": {
            STAGE: {
                "api_gateway_stage": "api",
                "autogen_policy": False,
                "lambda_architecture": arch,
                "xray": True,
                "lambda_functions": {name: {"iam_policy_file": _policy_file(name)} for name in functions(service)},
            }
        },
    }


def _policies(service: str) -> dict[str, dict[str, object]]:
    """The policy of each function, by the file that Chalice reads it from."""
    return {_policy_file(name): policy(service, name) for name in functions(service)}


def _policy_file(function: str) -> str:
    return f"policy-{function}.json"


def _run_chalice(project: Path, merged: dict[str, object], out: Path) -> tuple[Path, Path]:
    """Chalice's zip and template. It runs on its own, because it imports the service."""
    merge_file = project / "additions.json"
    merge_file.write_text(json.dumps(merged))
    # Stray caches would change the zip; the region is only asked for its names of hosts.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [str(Path(sys.executable).parent / "chalice"), "package", "--stage", STAGE]
    done = subprocess.run(
        [*command, "--merge-template", merge_file.name, str(out.resolve())],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackagingError(f"Chalice could not package {project.parent.name}:\n{done.stdout}{done.stderr}")
    return out / "deployment.zip", out / "sam.json"


class PackagingError(Exception):
    """A service could not be packaged. The message holds Chalice's output."""


def _write_zip(target: Path, folders: list[Path]) -> None:
    """Write one zip of the folders' contents, sorted and without times, so that equal contents give equal bytes."""
    files = sorted(
        (path.relative_to(folder).as_posix(), path)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    )
    with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in files:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), compresslevel=9)


def main() -> None:
    """`python -m infra.bundle --arch arm64`: packages all services and prints the size of each zip."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--arch", choices=[*ARCHITECTURES, "host"], default="arm64")
    arch = parser.parse_args().arch
    try:
        made = bundle(HOST if arch == "host" else arch)
    except (PackagingError, subprocess.CalledProcessError) as error:
        fail(str(error))
    for one in made:
        console.print(f"{one.archive.relative_to(ROOT)}  {one.archive.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
