"""Owns what the stand-in answers: one function from request to reply, without network, so that a test can call it.

Invariant: the order is rate, credentials, faults, then the route; control paths (`/__…`) and exports are outside of all
three and are not counted.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from cinelake.sandbox.api.daily_exports import EXPORTS
from cinelake.sandbox.api.faults import BURST_LENGTH, Faults, Mishap, classify_roll
from cinelake.sandbox.api.replies import Reply, build_error, build_limited, build_page, build_reply
from cinelake.sandbox.api.request_meter import Meter
from cinelake.sandbox.api.routes import Routes
from cinelake.sandbox.catalogue.catalogue import Catalogue
from cinelake.sandbox.catalogue.json_text import render_value
from cinelake.sandbox.catalogue.seeded_random import dice

_SLOW_S = 8.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Habits:
    """What the service may do one way or the other: send Retry-After with a 429, put undated titles first, be slow."""

    sends_retry_after: bool = False
    has_nulls_first: bool = False
    latency_s: float = 0.0


class Sandbox:
    """The stand-in. `rate` is in requests a second, 0 for no limit; `now` gives seconds that never run backwards."""

    TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJpbnZlbnRlZCIsInN1YiI6InNhbmRib3gifQ.bm90LWEtc2VjcmV0"  # noqa: S105 - invented
    KEY = "5a4db0c0ffee5a4db0c0ffee5a4db0c0"

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        now: Callable[[], float],
        rate: int = 0,
        faults: Faults | None = None,
        habits: Habits | None = None,
    ) -> None:
        self._faults = faults or Faults()
        self._habits = habits or Habits()
        self._routes = Routes(catalogue, self._faults, has_nulls_first=self._habits.has_nulls_first)
        self._rolls = dice(catalogue.seed, "faults")
        self._delays = dice(catalogue.seed, "latency")
        self._burst_left = 0
        self.meter = Meter(rate, now)

    def answer(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """The reply to one request, as it is to be sent; `cut` and `delay_s` are for the shell to carry out."""
        if path.startswith("/__"):
            return self._control(method, path, query)
        if path.startswith(EXPORTS):  # files, which the service serves from another place, to anybody
            return self._routes.answer_export(path.removeprefix(EXPORTS))
        reply = self._judge(method, path, query, headers)
        if self._habits.latency_s:
            delay_s = reply.delay_s + self._habits.latency_s * self._delays.lognormvariate(0, 0.35)
            reply = replace(reply, delay_s=delay_s)
        self.meter.note_reply(path, query, reply)
        return reply

    def _control(self, method: str, path: str, query: Mapping[str, str]) -> Reply:
        match method, path:
            case "GET", "/__stats":
                return build_reply(render_value(self.meter.report().as_dict()), "control")
            case "POST", "/__reset":
                self.meter.reset()
                return build_reply("{}", "control")
            case "POST", "/__evolve":
                return self._routes.let_pass(query)
            case "GET", "/__truth":
                return self._routes.answer_truth(query)
            case _:
                return build_error(34, "control")

    def _judge(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        if not self.meter.admit():
            rate = self.meter.rate
            return build_limited(rate + 1, rate, has_retry_after=self._habits.sends_retry_after)
        bearer = headers.get("Authorization") or headers.get("authorization") or ""
        if query.get("api_key") != self.KEY and bearer != f"Bearer {self.TOKEN}":
            return build_error(7, "auth")
        if method != "GET":
            return build_error(42)
        if self._burst_left:
            self._burst_left -= 1
            return build_page(502, "502 Bad Gateway")
        return self._mishandle(classify_roll(self._faults, self._rolls.random()), path, query)

    def _mishandle(self, mishap: Mishap | None, path: str, query: Mapping[str, str]) -> Reply:
        """The answer of the route, after the mishap if there is one."""
        match mishap:
            case None | Mishap.SWAP | Mishap.RESET | Mishap.TRUNCATE | Mishap.SLOW | Mishap.GZIP:
                return self._spoil(mishap, path, query)
            case Mishap.BURST:
                self._burst_left = BURST_LENGTH - 1
                return build_page(502, "502 Bad Gateway")
            case Mishap.GARBAGE:
                return build_page(200, "Down for maintenance")
            case Mishap.E500:
                return build_error(11, "fault")
            case Mishap.E504:
                return build_error(24, "fault")
            case _:
                assert_never(mishap)

    def _spoil(self, mishap: Mishap | None, path: str, query: Mapping[str, str]) -> Reply:
        """The answer of the route, spoilt on its way."""
        if mishap is Mishap.SWAP:
            return self._routes.answer_swapped(path, query)
        reply = self._routes.answer(path, query)
        if mishap is Mishap.RESET:
            reply = replace(reply, cut="reset", kind="fault")
        elif mishap is Mishap.TRUNCATE:
            reply = replace(reply, cut="truncate", kind="fault")
        elif mishap is Mishap.SLOW:
            reply = replace(reply, delay_s=_SLOW_S)
        elif mishap is Mishap.GZIP and reply.status == _OK:
            reply = replace(reply, body=gzip.compress(reply.body, 1, mtime=0))
        return reply
