"""Brings Trusted and Refined up to what Raw holds, as an AWS Glue 5 job: `cinelake build --engine spark` on its cluster.

Arguments: --lake s3://bucket/prefix, --keep N (former versions to keep, 1 if not given); Glue adds others of its own.
Unlike the command, it succeeds if something is in quarantine: the tables are published, and who registers them tells it.
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
from cinelake.errors import CinelakeError
from cinelake.exit_codes import classify_error
from cinelake.lake.opening import open_lake
from cinelake.refine.engines.choice import SPARK, find_engine
from cinelake.refine.pipeline import Built, build_lake
from cinelake.settings import Settings, read_settings


def build(arguments: Sequence[str]) -> Built:
    """The build of the lake that the job's arguments name.

    Raises:
        CinelakeError: as the command does.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--keep", type=int, default=1)
    known, _ = parser.parse_known_args(arguments)
    SparkSession.builder.getOrCreate()  # the job's own, which the engine borrows
    store = open_lake(_authorise(read_settings(Path.cwd())), known.lake)
    return build_lake(store, SystemClock(), find_engine(SPARK, store), keep=known.keep)


def _authorise(settings: Settings) -> Settings:
    """The settings with the job's own credentials: on Glue they stand in no variable, and only AWS's library finds them."""
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
