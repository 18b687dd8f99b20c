"""Puts the token into the secret of a stack: `python infra/put_token.py STACK`; deploy.sh calls it.

The token is read where every command reads it, from TMDB_TOKEN or .env. It stands in no command line and no output.
"""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cinelake.errors import CinelakeError, CredentialsError, StoreError
from cinelake.exit_codes import classify_error
from cinelake.settings import read_settings


def put_token(stack: str) -> str:
    """Put the token that the settings hold into the stack's secret; what was done, in a sentence.

    Raises:
        CredentialsError: there is no token, neither here nor in the secret.
        StoreError: AWS refused.
    """
    token = read_settings(Path.cwd()).token
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
        secrets = boto3.client("secretsmanager")
        if token is not None:
            secrets.put_secret_value(SecretId=outputs["TokenSecretArn"], SecretString=token.reveal())
            return "token: put into the stack's secret"
        kept = secrets.describe_secret(SecretId=outputs["TokenSecretArn"]).get("VersionIdsToStages")
    except (BotoCoreError, ClientError, KeyError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise StoreError(
            "token", f"the secret of stack {stack} cannot be reached ({code})", "", "see AWS's answer"
        ) from error
    if kept:
        return "token: TMDB_TOKEN is not set, so the one in the stack's secret stays"
    raise CredentialsError(
        "token",
        "TMDB_TOKEN is not set, and the stack's secret is empty",
        "the v4 read access token of a TMDB account",
        "put TMDB_TOKEN=... into .env and run make deploy again",
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{put_token(sys.argv[1])}\n")
    except CinelakeError as failed:
        sys.stderr.write(f"{failed}\n")
        sys.exit(classify_error(failed))
