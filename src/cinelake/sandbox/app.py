"""Answers requests like the TMDB API, without a network, so that tests can call it directly.

Invariant: a request passes the rate limit, the credentials and the faults, in this order, before its route answers. Control
paths (`/__…`) and id exports skip all three and are not counted.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from cinelake.sandbox.api.daily_exports import EXPORTS
from cinelake.sandbox.api.faults import BURST_LENGTH, Fault, Faults, choose_fault
from cinelake.sandbox.api.replies import Reply, build_error, build_limited, build_page, build_reply
from cinelake.sandbox.api.request_meter import RequestMeter
from cinelake.sandbox.api.routes import Routes
from cinelake.sandbox.catalogue.catalogue import Catalogue
from cinelake.sandbox.catalogue.json_text import render_value
from cinelake.sandbox.catalogue.seeded_random import build_random

_SLOW_S = 8.0
_OK = 200


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What TMDB may do either way.

    Attributes:
        sends_retry_after: with each 429.
        has_nulls_first: undated titles come first in an order by date, not last.
        latency_s: median delay of an answer.
    """

    sends_retry_after: bool = False
    has_nulls_first: bool = False
    latency_s: float = 0.0


class Sandbox:
    """The API. `rate` is its limit in requests per second, 0 for none; `now` returns monotonic seconds."""

    TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJpbnZlbnRlZCIsInN1YiI6InNhbmRib3gifQ.bm90LWEtc2VjcmV0"  # noqa: S105 - invented
    KEY = "5a4db0c0ffee5a4db0c0ffee5a4db0c0"

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        now: Callable[[], float],
        rate: int = 0,
        faults: Faults | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        self._faults = faults or Faults()
        self._behaviour = behaviour or Behaviour()
        self._routes = Routes(catalogue, self._faults, has_nulls_first=self._behaviour.has_nulls_first)
        self._rolls = build_random(catalogue.seed, "faults")
        self._delays = build_random(catalogue.seed, "latency")
        self._burst_left = 0
        self.meter = RequestMeter(rate, now)

    @property
    def today(self) -> date:
        """The day that the catalogue shows."""
        return self._routes.today

    def answer(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """The reply to one request. The server must carry out its `cut` and `delay_s`."""
        if path.startswith("/__"):
            return self._control(method, path, query)
        if path.startswith(EXPORTS):  # TMDB serves these files from another host, without credentials
            return self._routes.answer_export(path.removeprefix(EXPORTS))
        reply = self._answer_api(method, path, query, headers)
        if self._behaviour.latency_s:
            delay_s = reply.delay_s + self._behaviour.latency_s * self._delays.lognormvariate(0, 0.35)
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
                return self._routes.advance_days(query)
            case "GET", "/__truth":
                return self._routes.answer_truth(query)
            case _:
                return build_error(34, "control")

    def _answer_api(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        if not self.meter.admit():
            rate = self.meter.rate
            return build_limited(rate + 1, rate, has_retry_after=self._behaviour.sends_retry_after)
        bearer = headers.get("Authorization") or headers.get("authorization") or ""
        if query.get("api_key") != self.KEY and bearer != f"Bearer {self.TOKEN}":
            return build_error(7, "auth")
        if method != "GET":
            return build_error(42)
        if self._burst_left:
            self._burst_left -= 1
            return build_page(502, "502 Bad Gateway")
        return self._answer_with_fault(choose_fault(self._faults, self._rolls.random()), path, query)

    def _answer_with_fault(self, fault: Fault | None, path: str, query: Mapping[str, str]) -> Reply:
        """The answer of the route, or an error instead of it."""
        match fault:
            case None | Fault.SWAP | Fault.RESET | Fault.TRUNCATE | Fault.SLOW | Fault.GZIP:
                return self._damage(fault, path, query)
            case Fault.BURST:
                self._burst_left = BURST_LENGTH - 1
                return build_page(502, "502 Bad Gateway")
            case Fault.GARBAGE:
                return build_page(200, "Down for maintenance")
            case Fault.E500:
                return build_error(11, "fault")
            case Fault.E504:
                return build_error(24, "fault")
            case _:
                assert_never(fault)

    def _damage(self, fault: Fault | None, path: str, query: Mapping[str, str]) -> Reply:
        """The answer of the route, damaged by a fault on its way."""
        if fault is Fault.SWAP:
            return self._routes.answer_swapped(path, query)
        reply = self._routes.answer(path, query)
        if fault is Fault.RESET:
            reply = replace(reply, cut="reset", kind="fault")
        elif fault is Fault.TRUNCATE:
            reply = replace(reply, cut="truncate", kind="fault")
        elif fault is Fault.SLOW:
            reply = replace(reply, delay_s=_SLOW_S)
        elif fault is Fault.GZIP and reply.status == _OK:
            reply = replace(reply, body=gzip.compress(reply.body, 1, mtime=0))
        return reply
