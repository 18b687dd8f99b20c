"""Stores the token in the secret of a stack: `python infra/put_token.py STACK`; deploy.sh calls it.

The token is read from TMDB_TOKEN or .env, as by every command. It appears in no command line and no output.
"""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cinelake.errors import CinelakeError, CredentialsError, StoreError
from cinelake.exit_codes import classify_error
from cinelake.settings import read_settings


def put_token(stack: str) -> str:
    """Store the token of the settings in the stack's secret; returns a sentence about what was done.

    Raises:
        CredentialsError: neither the settings nor the secret have a token.
        StoreError: AWS refused.
    """
    token = read_settings(Path.cwd()).token
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        secrets = boto3.client("secretsmanager")
        if token is not None:
            secrets.put_secret_value(SecretId=outputs["TokenSecretArn"], SecretString=token.reveal())
            return "token: stored in the stack's secret"
        kept = secrets.describe_secret(SecretId=outputs["TokenSecretArn"]).get("VersionIdsToStages")
    except (BotoCoreError, ClientError, KeyError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise StoreError(f'the secret of the stack "{stack}" cannot be read or written', cause=code) from error
    if kept:
        return "token: TMDB_TOKEN is not set, so the token in the stack's secret is kept"
    raise CredentialsError(
        "TMDB_TOKEN is not set, and the stack's secret is empty",
        hint="put TMDB_TOKEN=<the v4 read access token of a TMDB account> into .env, and run `make deploy` again",
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{put_token(sys.argv[1])}\n")
    except CinelakeError as failed:
        sys.stderr.write(failed.format())
        sys.exit(classify_error(failed))
