"""Refined in a bucket, read by its folder with PyArrow: each title once, after every publication."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.contract.conftest import s3_options
from tests.support.refine.lakes import build, commit, encode, film

from cinelake.lake.stores.opening import open_store
from cinelake.refine.publication.rollback import roll_back


def test_a_folder_of_a_bucket_has_the_current_version_only(moto_url: str, make_bucket: Callable[[str, str], None]) -> None:
    dataset = pytest.importorskip("pyarrow.dataset", reason="PyArrow is not installed")
    fs = pytest.importorskip("pyarrow.fs", reason="PyArrow is not installed")
    make_bucket(moto_url, "refined")
    options, prefix = s3_options(moto_url), uuid4().hex
    store = open_store(f"s3://refined/{prefix}", options)
    s3 = fs.S3FileSystem(
        access_key=options["AWS_ACCESS_KEY_ID"],
        secret_key=options["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=moto_url,
        region="us-east-1",
    )

    def read() -> list[int]:
        found = dataset.dataset(f"refined/{prefix}/Refined/title", format="parquet", filesystem=s3)
        return sorted(found.to_table()["id_tmdb"].to_pylist())

    for title_id in (1, 2, 3):
        commit(store, f"genre-{title_id}-2000-2004", [encode([film(title_id)])])
        build(store)
        assert read() == list(range(1, title_id + 1))
    roll_back(store, None)
    assert read() == [1, 2]
