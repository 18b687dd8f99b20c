"""Feed-only refreshes: fetch the stored titles that the change feed has named since the last reading, and list nothing."""
