"""What the zips must hold: all that the service imports, nothing of another's, the same bytes each time."""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from infra.bundle import ARCHITECTURES, HOST, ROOT, bundle
from tests.contract.packaging.packaged import SERVICES, archive, functions, template

LARGEST = 12_000_000
# What Lambda's Python has beside its standard library.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
# The machine field of an ELF header.
MACHINES = {"x86_64": 62, "arm64": 183}

each_service = pytest.mark.parametrize("service", SERVICES)


def names(service: str) -> list[str]:
    with zipfile.ZipFile(archive(service)) as opened:
        return opened.namelist()


@each_service
def test_a_bundle_holds_only_the_own_code_and_what_the_lock_gives_the_service(service: str) -> None:
    tops = {name.split("/")[0] for name in names(service)}
    assert {"app.py", "chalice", "shared", service} <= tops
    assert not tops & (set(SERVICES) - {service})
    assert not tops & {"boto3", "botocore", "pip", "setuptools", "infra", "tests", ".chalice"}
    tools = [name for name in names(service) if name.startswith("chalice/cli")]
    assert not tools


@each_service
def test_a_bundle_is_small(service: str) -> None:
    assert archive(service).stat().st_size < LARGEST


@each_service
def test_every_module_comes_with_its_bytecode(service: str) -> None:
    held = set(names(service))
    tag = sys.implementation.cache_tag
    for name in held:
        if name.endswith(".py"):
            folder, _, module = name.rpartition("/")
            cached = f"{folder}/__pycache__/{module[:-3]}.{tag}.pyc".lstrip("/")
            assert cached in held, name


@each_service
def test_every_module_can_be_imported_from_the_bundle_and_lambdas_own_packages_alone(
    service: str, tmp_path: Path
) -> None:
    code, runtime = tmp_path / "code", tmp_path / "runtime"
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    with zipfile.ZipFile(archive(service)) as opened:
        opened.extractall(code)
    wanted = [function["Handler"].split(".") for function in functions(service).values()]
    modules = [name[:-3].replace("/", ".") for name in names(service) if re.fullmatch(rf"{service}/.*\.py", name)]
    program = "\n".join(
        [
            f"import importlib, sys; sys.path[:0] = {[str(code), str(runtime)]!r}",
            *(f"import {module}; assert callable({module}.{attribute})" for module, attribute in wanted),
            f"for name in {modules!r}: importlib.import_module(name.removesuffix('.__init__'))",
            "app.functions.endpoints.all",
        ]
    )
    # Neither the environment, nor this folder, nor site-packages can help it.
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True, env=environment, cwd=tmp_path)  # noqa: S603


@each_service
def test_functions_are_for_the_architecture_that_the_compiled_parts_are_for(service: str) -> None:
    assert_architecture(archive(service), HOST)
    assert {tuple(function["Architectures"]) for function in functions(service).values()} == {(HOST,)}


@each_service
def test_functions_run_the_python_that_the_bytecode_is_for(service: str) -> None:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert {function["Runtime"] for function in functions(service).values()} == {runtime}


@each_service
def test_code_is_a_parameter_of_the_template(service: str) -> None:
    code = {"Bucket": {"Ref": "CodeBucket"}, "Key": {"Ref": "CodeKey"}}
    assert all(function["CodeUri"] == code for function in functions(service).values())
    assert template(service)["Transform"] == "AWS::Serverless-2016-10-31"


def test_the_other_architecture_is_packaged_for_itself() -> None:
    (other,) = set(ARCHITECTURES) - {HOST}
    (made,) = bundle(other, ["notifications"])
    assert_architecture(made.archive, other)


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for folder in ("infra", "services", "shared"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    for file in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / file, tmp_path / file)
    (again,) = bundle(HOST, ["segments"], tmp_path)
    (before,) = bundle(HOST, ["segments"])
    assert digest(again.archive) == digest(before.archive)
    assert again.template.read_text() == before.template.read_text()


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def assert_architecture(zipped: Path, arch: str) -> None:
    with zipfile.ZipFile(zipped) as opened:
        compiled = [name for name in opened.namelist() if name.endswith(".so")]
        assert compiled
        for name in compiled:
            (machine,) = struct.unpack_from("<H", opened.read(name), 18)
            assert machine == MACHINES[arch], name
