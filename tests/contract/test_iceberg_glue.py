"""Iceberg tables of a lake in a bucket, in the Glue Data Catalog (moto)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.contract.conftest import s3_options
from tests.support.refine.lakes import build, commit, encode, film

from cinelake.lake.stores.opening import open_store
from cinelake.refine.iceberg.register import register_iceberg
from cinelake.refine.publication.rollback import roll_back

pytest.importorskip("pyiceberg", reason="needs the extra iceberg")


def test_a_lake_in_a_bucket_is_kept_up_to_date_in_glue(
    moto_url: str, make_bucket: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyiceberg.catalog import load_catalog  # noqa: PLC0415 - after the check that it is installed

    make_bucket(moto_url, "iceberg")
    options = s3_options(moto_url)
    for name, value in {**options, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)  # boto3 reads them
    store = open_store(f"s3://iceberg/{uuid4().hex}", options)
    commit(store, "genre-80-2000-2004", [encode([film(1), film(2)])])
    build(store)
    done = register_iceberg(store)
    assert (done.catalog.kind, done.catalog.namespace) == ("glue", "cinelake_iceberg")
    properties = {
        "type": "glue",
        "s3.endpoint": moto_url,
        "s3.access-key-id": options["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": options["AWS_SECRET_ACCESS_KEY"],
        "s3.region": "us-east-1",
    }
    catalog = load_catalog("any", **properties)
    assert catalog.load_table("cinelake_iceberg.title").scan().to_arrow()["id_tmdb"].to_pylist() == [1, 2]
    commit(store, "genre-3-2000-2004", [encode([film(3)])])
    assert build(store).warnings == ()
    table = catalog.load_table("cinelake_iceberg.title")
    assert sorted(table.scan().to_arrow()["id_tmdb"].to_pylist()) == [1, 2, 3]
    assert len(table.snapshots()) == 2
    assert table.location().startswith(f"{store!r}/_cinelake/iceberg/title")
    roll_back(store, None)
    assert catalog.load_table("cinelake_iceberg.title").scan().to_arrow().num_rows == 2
