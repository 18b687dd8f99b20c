"""Build Trusted and Refined as an AWS Glue 5 job: the same as `cinelake build --engine spark`, on the cluster of the job.

Arguments: --lake s3://bucket/prefix, --keep N (earlier versions to keep, default 1). Glue adds arguments of its own, which
are ignored. Unlike the command, the job succeeds if records are quarantined: the tables are published, and the next step of
the state machine reports the build as incomplete.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import boto3
import msgspec
from pyspark.sql import SparkSession

from cinelake.clock import SystemClock
from cinelake.concurrency import run_async
from cinelake.errors import CinelakeError
from cinelake.exit_codes import classify_error
from cinelake.lake.stores.opening import open_lake
from cinelake.log import Log
from cinelake.refine.engines.choice import SPARK, find_engine
from cinelake.refine.pipeline import Built, build_lake
from cinelake.settings import Settings, read_settings
from cinelake.upgrade.on_demand import upgrade_if_old


def build(arguments: Sequence[str]) -> Built:
    """Build the lake in the arguments.

    Raises:
        CinelakeError: the same errors as the command.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--keep", type=int, default=1)
    known, _ = parser.parse_known_args(arguments)
    SparkSession.builder.getOrCreate()  # the session of the job, which the engine then uses
    store = open_lake(_add_credentials(read_settings(Path.cwd())), known.lake)
    run_async(upgrade_if_old(store, SystemClock(), Log(log_format="json"), with_tables=True))
    return build_lake(store, SystemClock(), find_engine(SPARK, store), keep=known.keep)


def _add_credentials(settings: Settings) -> Settings:
    """The settings with the credentials of the job. On Glue only boto3 finds them: no variable has them."""
    found = boto3.Session()
    credentials = found.get_credentials()
    if credentials is None:
        return settings
    frozen = credentials.get_frozen_credentials()
    options = {
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        "AWS_SESSION_TOKEN": frozen.token,
        "AWS_REGION": found.region_name,
    }
    known = {name: value for name, value in options.items() if value}
    return replace(settings, store_options={**known, **settings.store_options})


if __name__ == "__main__":
    try:
        built = build(sys.argv[1:])
    except CinelakeError as failed:
        sys.stderr.write(f"{failed}\n")
        sys.exit(classify_error(failed))
    sys.stdout.write(f"{msgspec.json.encode(built.pointer.report).decode()}\n")
