"""Decide when TMDB counts as down: no request has succeeded for too long. Pure.

Every instant is passed in, in seconds of a monotonic clock. Invariant: the full limit applies once a server was
seen at the address. The shorter limit only covers a wrong address or no network.
"""

from dataclasses import dataclass

from cinelake.errors import ServiceError

OUTAGE_S = 120.0
"""Seconds without a successful request after which TMDB counts as down."""
FIRST_CONTACT_S = 5.0
"""The same limit while there was no sign of TMDB: no connection at all, or responses that are not TMDB's."""


@dataclass(slots=True)
class OutageDetector:
    """What this process knows about TMDB's availability.

    Attributes:
        succeeded_at: the instant of the last successful response, or None.
        has_seen_server: a 429, a 5xx, a reset or a timeout has shown that a server is there.
    """

    succeeded_at: float | None = None
    has_seen_server: bool = False
    _is_reported: bool = False

    def has_succeeded_since(self, at: float) -> bool:
        """Whether any request has succeeded after an instant."""
        return self.succeeded_at is not None and self.succeeded_at > at

    def check(self, failing_since: float, now: float, reason: str) -> bool:
        """Return True, once, if a user should learn that the first contact takes longer than usual.

        Args:
            failing_since: the first failure of the request that failed last.
            now: the present instant.
            reason: the last failure.

        Raises:
            ServiceError: no request has succeeded for longer than the limit that applies.
        """
        silent_s = now - max(failing_since, self.succeeded_at or failing_since)
        is_first_contact = self.succeeded_at is None
        if silent_s > (FIRST_CONTACT_S if is_first_contact and not self.has_seen_server else OUTAGE_S):
            raise ServiceError(
                f"no valid response from TMDB for {silent_s:.0f} s",
                cause=reason,
                hint="check the network, https://status.themoviedb.org, and TMDB_BASE_URL if it is set; "
                "then run the same command again: it continues from here",
            )
        is_new = is_first_contact and self.has_seen_server and silent_s > FIRST_CONTACT_S and not self._is_reported
        self._is_reported = self._is_reported or is_new
        return is_new
