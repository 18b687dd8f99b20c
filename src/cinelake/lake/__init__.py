"""The storage of a lake: keys, documents, stores and the lease. Knows nothing about films or HTTP."""
