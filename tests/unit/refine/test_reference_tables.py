from decimal import Decimal

from cinelake.refine.reference_tables import read_reference

TABLES = {table.name: table for table in read_reference()}


def test_prices_have_every_year_up_to_the_last() -> None:
    rows = TABLES["cpi"].rows
    years = [row[0] for row in rows]
    assert years == list(range(1913, 2025))
    assert rows[-1] == (2024, "1.000000", 2024)
    assert all(Decimal(str(row[1])) >= 1 for row in rows)


def test_a_dollar_of_1975_was_worth_about_six_of_2024() -> None:
    factors = {row[0]: Decimal(str(row[1])) for row in TABLES["cpi"].rows}
    assert Decimal("5.7") < factors[1975] < Decimal("5.9")


def test_theme_rules_are_unique_and_valid() -> None:
    rows = TABLES["theme_rule"].rows
    assert len({(row[1], row[2], row[3]) for row in rows}) == len(rows)
    for theme, _, source, words, first_word, confidence in rows:
        assert theme in {"war", "crime", "true story"}
        assert source in {"keyword", "overview"}
        assert words == str(words).lower()
        assert str(words).startswith(str(first_word))
        assert Decimal(0) < Decimal(str(confidence)) <= Decimal(1)


def test_overview_rules_contain_no_punctuation() -> None:
    spoken = [str(row[3]) for row in TABLES["theme_rule"].rows if row[2] == "overview"]
    assert not [words for words in spoken if set(words) & set('.,;:!?()"/-')]


def test_genre_names_do_not_depend_on_media() -> None:
    names = {row[0]: row[1] for row in TABLES["genre_name"].rows}
    assert (names[80], names[10752], names[10768]) == ("Crime", "War", "War & Politics")
    assert len(names) == len(TABLES["genre_name"].rows)
