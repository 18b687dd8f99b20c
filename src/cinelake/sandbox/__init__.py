"""An offline stand-in of the TMDB v3 API with an invented catalogue; it shares no code with the client."""

from cinelake.sandbox.app import Sandbox
from cinelake.sandbox.catalogue import Catalogue
from cinelake.sandbox.faults import Faults
from cinelake.sandbox.replies import Reply

__all__ = ["Catalogue", "Faults", "Reply", "Sandbox"]
