"""An offline imitation of the TMDB v3 API with an invented catalogue; it shares no code with the client."""

from cinelake.sandbox.api.faults import Faults
from cinelake.sandbox.api.replies import Reply
from cinelake.sandbox.app import Sandbox
from cinelake.sandbox.catalogue.catalogue import Catalogue

__all__ = ["Catalogue", "Faults", "Reply", "Sandbox"]
