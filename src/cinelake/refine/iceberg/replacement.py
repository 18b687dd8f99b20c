"""A snapshot that replaces files of an Iceberg table, and keeps its list of manifests short.

PyIceberg's own overwrite carries every earlier manifest along, also those whose files are all removed, so the metadata of a
table would grow with each publication.
"""

from typing import TYPE_CHECKING, Final

from pyiceberg.manifest import ManifestEntry, ManifestEntryStatus
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _OverwriteFiles

if TYPE_CHECKING:
    from pyiceberg.io import FileIO
    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Transaction

_MOST_MANIFESTS: Final = 20


class Replacement(_OverwriteFiles):
    """An overwrite without manifests that list no file; many manifests become one."""

    def _existing_manifests(self) -> "list[ManifestFile]":
        live = [each for each in super()._existing_manifests() if each.has_added_files() or each.has_existing_files()]
        return live if len(live) <= _MOST_MANIFESTS else [self._merge(live)]

    def _merge(self, manifests: "list[ManifestFile]") -> "ManifestFile":
        with self.new_manifest_writer(self.spec(manifests[0].partition_spec_id)) as writer:
            for manifest in manifests:
                for entry in manifest.fetch_manifest_entry(io=self._io, discard_deleted=True):
                    writer.add_entry(
                        ManifestEntry.from_args(
                            status=ManifestEntryStatus.EXISTING,
                            snapshot_id=entry.snapshot_id,
                            sequence_number=entry.sequence_number,
                            file_sequence_number=entry.file_sequence_number,
                            data_file=entry.data_file,
                        )
                    )
        return writer.to_manifest_file()


def start_replacement(transaction: "Transaction", io: "FileIO", properties: dict[str, str]) -> Replacement:
    """Begin a snapshot with these properties; it is committed at the end of a `with` statement."""
    has_snapshot = transaction.table_metadata.snapshot_by_name("main") is not None
    operation = Operation.OVERWRITE if has_snapshot else Operation.APPEND
    return Replacement(operation=operation, transaction=transaction, io=io, snapshot_properties=properties)
