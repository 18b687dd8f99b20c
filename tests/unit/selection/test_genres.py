"""Genres by id or name."""

import pytest

from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.genres import genre_name, list_genre_ids, list_genres, parse_genre, parse_genres


@pytest.mark.parametrize(
    ("media", "text", "genre_id"),
    [
        (Media.MOVIE, "Crime", 80),
        (Media.MOVIE, "  cRIME ", 80),
        (Media.MOVIE, "80", 80),
        (Media.MOVIE, "Guerra", 10752),
        (Media.MOVIE, "War", 10752),
        (Media.MOVIE, "Ficção científica", 878),
        (Media.MOVIE, "ficcao cientifica", 878),
        (Media.MOVIE, "Terror", 27),
        (Media.SERIES, "Crime", 80),
        (Media.SERIES, "10768", 10768),
    ],
)
def test_genres_have_an_id_an_english_and_a_portuguese_name(media: Media, text: str, genre_id: int) -> None:
    assert parse_genre(media, text) == genre_id


@pytest.mark.parametrize(
    ("text", "similar"),
    [("Crimee", "Crime (80)"), ("Crme", "Crime (80)"), ("science", "Science Fiction (878)"), ("guera", "War (10752)")],
)
def test_an_unknown_genre_is_refused_with_similar_ones(text: str, similar: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_genre(Media.MOVIE, text)
    assert caught.value.message == f'unknown genre "{text}"'
    assert caught.value.hint.startswith("did you mean ")
    assert similar in caught.value.hint
    assert caught.value.hint.endswith("`cinelake genres` to list all genres")


@pytest.mark.parametrize("text", ["", "28x", "999", "²"])
def test_an_unknown_genre_without_similar_ones_is_refused_with_the_command_that_lists_all(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_genre(Media.MOVIE, text)
    assert caught.value.hint == "run `cinelake genres` to list all genres"


@pytest.mark.parametrize(("text", "other"), [("10768", "War & Politics (10768)"), ("Soap", "Soap (10766)")])
def test_a_genre_of_the_other_media_is_suggested_with_it(text: str, other: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_genre(Media.MOVIE, text)
    assert f"{other}, with media series" in caught.value.hint


def test_several_genres_are_separated_by_commas() -> None:
    assert parse_genres(Media.MOVIE, ["Crime, guerra", "18"]) == (80, 10752, 18)
    with pytest.raises(UsageError, match='unknown genre "Krimi"'):
        parse_genres(Media.MOVIE, ["Crime,Krimi"])


@pytest.mark.parametrize("media", Media)
def test_every_listed_genre_parses_to_its_id_by_each_of_its_names(media: Media) -> None:
    genres = list_genres(media)
    assert sorted(genre.id for genre in genres) == sorted(list_genre_ids(media))
    assert [genre.english for genre in genres] == sorted(genre.english for genre in genres)
    for genre in genres:
        assert parse_genres(media, [f"{genre.id},{genre.english},{genre.portuguese}"]) == (genre.id,) * 3
        assert genre_name(media, genre.id) == genre.english
