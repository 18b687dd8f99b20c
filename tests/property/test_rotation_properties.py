"""Whatever the change feed names, a rotation fetches every record within its number of days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cinelake.refresh.refetch_policy import RefetchPolicy, build_stored_titles, choose_oldest

_START = date(2026, 1, 1)


@given(st.integers(1, 40), st.integers(1, 8), st.data())
def test_no_record_waits_longer_because_changed_ones_come_first(count: int, daily: int, data: st.DataObject) -> None:
    days = {i: _START.toordinal() - data.draw(st.integers(0, 3)) for i in range(count)}
    since, turns = dict.fromkeys(days, 0), -(-count // daily)
    for n in range(1, 4 * turns + 1):
        today = _START + timedelta(days=n)
        changed = data.draw(st.frozensets(st.integers(0, count - 1)))
        policy = RefetchPolicy(today, oldest=daily)
        chosen = choose_oldest([build_stored_titles(days)], policy, today, changed) | changed
        for title_id in chosen:
            days[title_id], since[title_id] = today.toordinal(), n
        assert n - min(since.values()) < turns + 1
