"""Write run numbers into documents of format 1, and take them out again. Pure."""

from msgspec.structs import replace

from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import RunReport, Watermark
from cinelake.lake.listings import Listing
from cinelake.lake.manifests import Manifest

Document = Manifest | Listing | Plan | RunReport | Watermark


def stamp(document: Document, number: int) -> Document:
    """A document with the number of its run: everything in it is the work of that run."""
    if isinstance(document, Manifest):
        return stamp_manifest(document, number)
    return replace(document, number=number)


def stamp_manifest(manifest: Manifest, number: int) -> Manifest:
    """A manifest with the number of its run, which also fetched its batches and found its tombstones."""
    batches = tuple(replace(batch, number=number) for batch in manifest.batches)
    tombstones = tuple(replace(each, number=number) for each in manifest.tombstones)
    return replace(manifest, number=number, batches=batches, tombstones=tombstones)


def strip(document: Document) -> Document:
    """A document without anything that format 1 does not have, to compare it with one of format 1."""
    if isinstance(document, Manifest):
        return replace(stamp_manifest(document, 0), fetched_on=None, gone_under=())
    if isinstance(document, Plan | RunReport):
        return replace(document, number=0, fetched_on=None)
    return replace(document, number=0)
