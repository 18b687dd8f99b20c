from collections import Counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.dashboard.oracle.decode import decode_blob
from tests.support.refine.lakes import build, encode, film, lake_of, put, read

from cinelake.dashboard.sampling import Sample, choose_sample
from cinelake.dashboard.writer import gather_pack
from cinelake.lake.object_store import open_memory

titles = st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=300)


def count(found: list[tuple[int, bool]]) -> list[tuple[int, int, int]]:
    """What SQL would count of titles with (votes, has money)."""
    votes = Counter(found)
    return [(n, votes[n, True], votes[n, False]) for n in sorted({n for n, _ in found}, reverse=True)]


@given(titles, st.integers(2, 60))
def test_the_weights_of_what_is_kept_add_up_to_the_whole(found: list[tuple[int, bool]], room: int) -> None:
    sample = choose_sample(count(found), room)
    assert sample.whole + sample.drawn * sample.weight == pytest.approx(len(found))
    assert sample.drawn == 0 or sample.weight >= 1


@given(titles, st.integers(2, 60))
def test_every_title_with_money_is_kept_for_itself_and_only_they_may_exceed_the_room(
    found: list[tuple[int, bool]], room: int
) -> None:
    sample = choose_sample(count(found), room)
    money = sum(has_money for _, has_money in found)
    whole = sum(has_money or (sample.votes is not None and votes >= sample.votes) for votes, has_money in found)
    assert sample.whole == (len(found) if len(found) <= room else whole)
    assert sample.kept <= max(room, money + room - room // 2)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from([True, False, False])), min_size=61, max_size=99),
    st.integers(2, 60),
)
def test_votes_let_titles_in_up_to_half_the_room_and_no_more(found: list[tuple[int, bool]], room: int) -> None:
    sample = choose_sample(count(found), room)
    assume(not sample.is_all)
    if sample.votes is not None:
        assert sample.whole <= room // 2
    left = [votes for votes, has_money in found if not has_money and (sample.votes is None or votes < sample.votes)]
    money = sum(has_money for _, has_money in found)
    assume(left)
    assert max(sample.whole, money) + left.count(max(left)) > room // 2


def test_a_lake_that_has_room_is_kept_as_it_is() -> None:
    assert choose_sample([(5, 1, 2), (0, 0, 3)], 6) == Sample(6, 6, 0)
    assert choose_sample([], 6) == Sample(0, 0, 0)
    assert choose_sample([], 6).weight == 1


@example([(n, n < 7) for n in range(12)], 9)  # so many have money that, with what is drawn, none is left out
@settings(max_examples=10)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=12, max_size=40, unique_by=lambda t: t),
    st.integers(2, 10),
)
def test_what_sql_keeps_is_what_was_chosen_and_the_page_says_so(found: list[tuple[int, bool]], room: int) -> None:
    store = open_memory()
    money = {True: {"budget": 5_000, "revenue": 7_000}, False: {"budget": 5_000}}
    rows = [film(n, vote_count=votes, **money[has]) for n, (votes, has) in enumerate(found, 1)]
    put(store, "genre-80-2000-2004-1", encode(rows))
    build(store)
    sample = choose_sample(count(found), room)
    pack = gather_pack(store, room)
    columns = decode_blob(pack.head["columns"], pack.blob)
    told = {"kept": sample.kept, "of": len(found), "weight": sample.weight}
    assert pack.head["sample"] == (None if sample.is_all else told)
    assert len(columns["id"]) == pack.head["titles"] == sample.kept
    assert sum(columns["weight"]) == pytest.approx(len(found), rel=1e-6)
    weights = dict(zip(columns["id"], columns["weight"], strict=True))
    for n, (votes, has) in enumerate(found, 1):
        if has or (sample.votes is not None and votes >= sample.votes):
            assert weights[n] == 1
        elif n in weights:
            assert weights[n] == pytest.approx(sample.weight)


def test_the_same_titles_are_drawn_whatever_else_is_in_the_lake_of_them() -> None:
    rows = [film(n, vote_count=1) for n in range(1, 41)]
    drawn = []
    for order in (rows, rows[::-1]):
        store = lake_of(*order)
        build(store)
        assert len(read(store, "title")) == 40
        pack = gather_pack(store, 10)
        drawn.append(decode_blob(pack.head["columns"], pack.blob)["id"])
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 10
