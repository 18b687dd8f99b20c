"""Uploads the code of the Glue job into the lake: `python infra/put_code.py STACK`; deploy.sh calls it.

Three objects below _cinelake/code/: the script, cinelake as a zip, and the lock of the libraries that Glue installs.
A stack without a Glue job (BuildWith is not glue) gets nothing.
"""

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cinelake.errors import CinelakeError, StoreError
from cinelake.exit_codes import classify_error

HERE = Path(__file__).parent
FOLDER = "_cinelake/code"
_SCRIPT = HERE / "glue" / "build_job.py"
_LOCK = HERE / "glue.lock"
_SOURCE = HERE.parent / "src"


def put_code(stack: str) -> str:
    """Upload the code of a stack's Glue job into its lake; returns a sentence about what was done.

    Raises:
        StoreError: AWS refused, or a file is missing.
    """
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        if "GlueJobName" not in outputs:
            return "code: the stack has no Glue job, so nothing was uploaded"
        bucket, client = outputs["LakeUrl"].removeprefix("s3://"), boto3.client("s3")
        files = read_code()
        for name, data in files.items():
            client.put_object(Bucket=bucket, Key=f"{FOLDER}/{name}", Body=data)
    except (BotoCoreError, ClientError, KeyError, OSError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise StoreError(f'the code cannot be uploaded into the lake of the stack "{stack}"', cause=code) from error
    return f"code: {', '.join(files)} uploaded to {outputs['LakeUrl']}/{FOLDER}"


def read_code() -> dict[str, bytes]:
    """The files that the job needs, by name."""
    return {
        "build_job.py": _SCRIPT.read_bytes(),
        "cinelake.zip": _pack(_SOURCE),
        "requirements.txt": _LOCK.read_bytes(),
    }


def _pack(folder: Path) -> bytes:
    """The package as a zip whose bytes depend on its content only."""
    packed = io.BytesIO()
    options: dict[str, Any] = {"compress_type": zipfile.ZIP_DEFLATED}
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((folder / "cinelake").rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes(), **options)
    return packed.getvalue()


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{put_code(sys.argv[1])}\n")
    except CinelakeError as failed:
        sys.stderr.write(failed.format())
        sys.exit(classify_error(failed))
