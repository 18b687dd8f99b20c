"""`sam build` of the template: each package contains what its functions need and nothing else."""

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "infra" / "template.yaml"
FUNCTIONS = ("PlanFunction", "ExtractFunction", "VerifyFunction")
MEGABYTES = 30
UNZIPPED_MEGABYTES = 250
"""Lambda's limit for a package."""
_SECONDS = 300
_ENGINES = ("boto3", "botocore", "duckdb", "pandas", "polars", "pyarrow", "pyspark")


@pytest.fixture(scope="module")
def sam() -> str:
    beside = shutil.which("sam", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}") or shutil.which("sam")
    if beside is None:
        pytest.skip("needs the AWS SAM CLI in this environment: make setup-dev")
    return beside


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def _run_sam(sam: str, *words: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """Run a SAM command without telemetry, profile or files in the user's folder."""
    variables = ("SAM_CLI_TELEMETRY=0", "AWS_DEFAULT_REGION=us-east-1", f"__SAM_CLI_APP_DIR={home}")
    return _run("env", "-u", "AWS_PROFILE", *variables, sam, *words)


@pytest.fixture(scope="module")
def built(sam: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `sam build` fills."""
    folder = tmp_path_factory.mktemp("sam")
    build = folder / "build"
    _run_sam(sam, "build", "--template-file", str(TEMPLATE), "--build-dir", str(build), home=folder / "home")
    return build


def _list_files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_three_functions_share_one_package(built: Path) -> None:
    files = {name: _list_files(built / name) for name in FUNCTIONS}
    assert files["PlanFunction"] == files["ExtractFunction"] == files["VerifyFunction"]
    own = ROOT / "src" / "cinelake"
    sources = {f"cinelake/{name}" for name in _list_files(own) if not name.endswith(".pyc")}
    assert sources <= files["PlanFunction"]


def test_build_function_has_its_own_package(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = built / "BuildFunction"
    files, extract = _list_files(folder), _list_files(built / "ExtractFunction")
    assert {Path(name).parts[0] for name in files - extract} >= {"duckdb", "_duckdb.abi3.so"}
    assert extract - files == set()
    others = tuple({*_ENGINES} - {"duckdb"})
    assert not [name for name in files if Path(name).parts[0].lower().startswith(others)]
    size = sum((folder / name).stat().st_size for name in files) / 1e6
    with capsys.disabled():
        sys.stdout.write(f"\npackage of the build function: {size:.0f} MB unzipped\n")
    assert size < UNZIPPED_MEGABYTES


@pytest.mark.parametrize("function", ["ExtractFunction", "BuildFunction"])
def test_package_fits_the_platform(built: Path, function: str) -> None:
    compiled = [path.name for path in (built / function).rglob("*.so")]
    assert len(compiled) > 5
    assert not [name for name in compiled if "x86_64" in name]
    assert not [name for name in compiled if "cpython" in name and "cpython-313-aarch64" not in name]


def test_package_has_no_unneeded_files(built: Path) -> None:
    files = _list_files(built / "ExtractFunction")
    assert not [name for name in files if name.endswith((".pyi", ".pyx", ".pxd", ".c", ".h"))]
    assert not [name for name in files if {"tests", "test", "bin"} & set(Path(name).parts[:-1])]
    assert not [name for name in files if name.endswith(".pyc") and not name.endswith(".cpython-313.pyc")]
    assert not [name for name in files if Path(name).parts[0].lower().startswith(_ENGINES)]
    assert not [name for name in files if Path(name).name.startswith((".env", "requirements", "Makefile"))]


def test_package_is_small(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, archive = built / "ExtractFunction", tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:  # faster, and no smaller
        for name in sorted(_list_files(folder)):
            zipped.write(folder / name, name)
    size = archive.stat().st_size / 1e6
    with capsys.disabled():
        sys.stdout.write(f"\npackage of the functions: {size:.1f} MB zipped\n")
    assert size < MEGABYTES


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package for this machine and this interpreter."""
    if sys.platform != "linux":
        pytest.skip("the package is built for Linux")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    package = tmp_path_factory.mktemp("native") / "package"
    _run(str(ROOT / "infra" / "package.sh"), str(package), platform.machine(), version)
    return package


def test_package_works_alone(native: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import cinelake.aws.handlers as h; print(h.__file__)"
    done = _run(sys.executable, "-I", "-S", "-c", code, str(native))
    assert done.stdout.startswith(str(native))


def test_package_is_compiled(native: Path) -> None:
    folders = [native / "cinelake" / "aws", native / "aiohttp"]
    assert all(list((folder / "__pycache__").glob(f"*.{sys.implementation.cache_tag}.pyc")) for folder in folders)
    assert str(native).encode() not in next((native / "cinelake" / "aws" / "__pycache__").glob("handlers.*")).read_bytes()
