"""The command `catalog`, and the code that `make deploy` uploads into the lake for a Glue job."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from tests.e2e.conftest import Shell
from tests.support.refine.lakes import build, commit, encode, film

from cinelake.lake.stores.opening import open_store

ROOT = Path(__file__).parents[3]
SECRET = "n0t-t0-be-s33n"


@pytest.fixture
def account(moto_url: str, make_bucket: Callable[[str, str], None], tmp_path: Path) -> dict[str, str]:
    """The variables of an account with a built lake."""
    make_bucket(moto_url, "asked")
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1"}
    account = {**keys, "AWS_ENDPOINT_URL": moto_url, "CINELAKE_LAKE": f"s3://asked/{tmp_path.name}"}
    store = open_store(account["CINELAKE_LAKE"], account)
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])])
    build(store)
    return account


def _client(service: str, account: dict[str, str]) -> Any:  # noqa: ANN401 - each service has a type of its own
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    return cast("Any", boto3).client(service, "us-east-1", endpoint_url=account["AWS_ENDPOINT_URL"], **keys)


def test_tables_are_registered_once_and_shown(shell: Shell, account: dict[str, str]) -> None:
    dry = json.loads(shell.run("catalog", "--dry-run", "--json", **account).stdout)
    assert (dry["dry_run"], dry["database"], dry["changed"]) == (True, "cinelake", [])
    done = shell.run("catalog", "--json", **account)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["made"] == dry["made"] == sorted(each["Name"] for each in document["tables"])
    assert "trusted_series" in document["left_out"]
    found = _client("glue", account).get_table(DatabaseName="cinelake", Name="title")["Table"]
    assert found["Parameters"]["recordCount"] == "2"
    text = shell.run("catalog", **account)
    assert text.returncode == 0
    assert "unchanged" in text.stdout
    assert f"database cinelake: {len(document['tables'])} tables of version {document['version']}" in text.stdout
    assert "skipped" in text.stdout
    named = shell.run("catalog", "--database", "films", "--json", **account)
    assert json.loads(named.stdout)["database"] == "films"
    assert not [out for out in (done, text, named) if SECRET in out.stdout + out.stderr]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--lake", "lake"), "is not in S3"),
        (("--lake", "s3://asked/nothing-here"), "has no tables yet"),
        (("--database", "my-films"), 'invalid --database "my-films"'),
    ],
)
def test_invalid_catalog_call_is_refused(
    shell: Shell, account: dict[str, str], words: tuple[str, ...], message: str
) -> None:
    done = shell.run("catalog", *words, **account)
    assert done.returncode == 2
    assert message in done.stderr
    document = json.loads(shell.run("catalog", *words, "--json", **account).stdout)
    assert document["exit_code"] == 2


def _deploy(account: dict[str, str], stack: str, **outputs: str) -> "subprocess.CompletedProcess[str]":
    """Create a stack with these outputs, and upload the code into its lake."""
    values = {"LakeUrl": "s3://asked", **outputs}
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in values.items()},
    }
    _client("cloudformation", account).create_stack(StackName=stack, TemplateBody=json.dumps(template))
    command = [sys.executable, str(ROOT / "infra" / "put_code.py"), stack]
    return subprocess.run(command, env=account, capture_output=True, text=True, check=False)


def test_stack_without_a_glue_job_gets_no_code(account: dict[str, str]) -> None:
    done = _deploy(account, "without")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no Glue job" in done.stdout
    assert "Contents" not in _client("s3", account).list_objects_v2(Bucket="asked", Prefix="_cinelake/code/")


def test_glue_job_gets_script_package_and_lock(account: dict[str, str]) -> None:
    done = _deploy(account, "with", GlueJobName="spark")
    assert done.returncode == 0, done.stderr
    objects = {
        name: _client("s3", account).get_object(Bucket="asked", Key=f"_cinelake/code/{name}")["Body"].read()
        for name in ("build_job.py", "cinelake.zip", "requirements.txt")
    }
    assert objects["build_job.py"] == (ROOT / "infra" / "glue" / "build_job.py").read_bytes()
    assert objects["requirements.txt"] == (ROOT / "infra" / "glue.lock").read_bytes()
    names = zipfile.ZipFile(io.BytesIO(objects["cinelake.zip"])).namelist()
    assert {"cinelake/__init__.py", "cinelake/refine/pipeline.py", "cinelake/refine/models/refined/title.sql"} <= set(names)


def test_package_works_from_a_zip(tmp_path: Path) -> None:
    code = "import sys, put_code; open(sys.argv[1], 'wb').write(put_code._pack(put_code._SOURCE))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "cinelake.zip")], cwd=ROOT / "infra", check=True)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import cinelake.refine.pipeline as b;"
        "from cinelake.refine.models.model import read_models; from cinelake.refine.reference_tables import read_reference;"
        "print(b.__file__, len(read_models()), len(list(read_reference())))"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "cinelake.zip")]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    path, models, tables = done.stdout.split()
    assert path.startswith(str(tmp_path / "cinelake.zip"))
    assert int(models) > 20
    assert int(tables) > 2
