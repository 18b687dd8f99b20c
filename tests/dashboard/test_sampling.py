from collections import Counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.dashboard.oracle.decode import decode_blob
from tests.support.refine.lakes import build, encode, film, lake_of, put, read

from cinelake.dashboard.sampling import Sample, choose_sample
from cinelake.dashboard.writer import load_page_data
from cinelake.lake.stores.object_store import open_memory

titles = st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=300)


def count(found: list[tuple[int, bool]]) -> list[tuple[int, int, int]]:
    """The counts that SQL returns for titles with (votes, has money)."""
    votes = Counter(found)
    return [(n, votes[n, True], votes[n, False]) for n in sorted({n for n, _ in found}, reverse=True)]


@given(titles, st.integers(2, 60))
def test_weights_add_up_to_all_titles(found: list[tuple[int, bool]], capacity: int) -> None:
    sample = choose_sample(count(found), capacity)
    assert sample.selected + sample.drawn * sample.weight == pytest.approx(len(found))
    assert sample.drawn == 0 or sample.weight >= 1


@given(titles, st.integers(2, 60))
def test_all_titles_with_money_are_selected(found: list[tuple[int, bool]], capacity: int) -> None:
    sample = choose_sample(count(found), capacity)
    money = sum(has_money for _, has_money in found)
    selected = sum(has_money or (sample.votes is not None and votes >= sample.votes) for votes, has_money in found)
    assert sample.selected == (len(found) if len(found) <= capacity else selected)
    assert sample.kept <= max(capacity, money + capacity - capacity // 2)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([True, False, False])), min_size=61, max_size=99),
    st.integers(2, 60),
)
def test_votes_select_up_to_half_the_capacity(found: list[tuple[int, bool]], capacity: int) -> None:
    sample = choose_sample(count(found), capacity)
    assume(not sample.is_all)
    if sample.votes is not None:
        assert sample.selected <= capacity // 2
    left = [votes for votes, has_money in found if not has_money and (sample.votes is None or votes < sample.votes)]
    money = sum(has_money for _, has_money in found)
    assume(left)
    assert max(sample.selected, money) + left.count(max(left)) > capacity // 2


def test_a_small_lake_is_kept_completely() -> None:
    assert choose_sample([(5, 1, 2), (0, 0, 3)], 6) == Sample(6, 6, 0)
    assert choose_sample([], 6) == Sample(0, 0, 0)
    assert choose_sample([], 6).weight == 1


@example([(n, n < 7) for n in range(12)], 9)  # with money and drawn titles together, none is left out
@settings(max_examples=10)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=12, max_size=40, unique_by=lambda t: t),
    st.integers(2, 10),
)
def test_the_page_has_the_chosen_titles(found: list[tuple[int, bool]], capacity: int) -> None:
    store = open_memory()
    money = {True: {"budget": 5_000, "revenue": 7_000}, False: {"budget": 5_000}}
    rows = [film(n, vote_count=votes, **money[has]) for n, (votes, has) in enumerate(found, 1)]
    put(store, "genre-80-2000-2004-1", encode(rows))
    build(store)
    sample = choose_sample(count(found), capacity)
    data = load_page_data(store, capacity)
    columns = decode_blob(data.head["columns"], data.blob)
    description = {"kept": sample.kept, "of": len(found), "weight": sample.weight}
    assert data.head["sample"] == (None if sample.is_all else description)
    assert len(columns["id"]) == data.head["titles"] == sample.kept
    assert sum(columns["weight"]) == pytest.approx(len(found), rel=1e-6)
    weights = dict(zip(columns["id"], columns["weight"], strict=True))
    for n, (votes, has) in enumerate(found, 1):
        if has or (sample.votes is not None and votes >= sample.votes):
            assert weights[n] == 1
        elif n in weights:
            assert weights[n] == pytest.approx(sample.weight)


def test_the_same_titles_are_drawn_in_any_order() -> None:
    rows = [film(n, vote_count=1) for n in range(1, 41)]
    drawn = []
    for order in (rows, rows[::-1]):
        store = lake_of(*order)
        build(store)
        assert len(read(store, "title")) == 40
        data = load_page_data(store, 10)
        drawn.append(decode_blob(data.head["columns"], data.blob)["id"])
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 10
