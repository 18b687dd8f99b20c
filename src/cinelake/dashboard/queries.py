"""The queries for a page over Refined. Pure. `where` is the SQL condition on title for the titles on the page.

Invariant: each query has a total order of rows, so the same tables give the same page.
"""
# ruff: noqa: S608 - these texts contain no user input

from typing import Final

LEAST_TITLES: Final = 3
"""The number of titles in the lake from which a person is named on the page."""
CAST_NAMED: Final = 8
"""The number of cast members that are named."""
BILLING: Final = 10
"""The number of cast members whose genders are counted."""

COVERAGE_QUERY: Final = """
SELECT kind, grouping, member, field, titles, asked, known FROM coverage ORDER BY kind, grouping, member, field
"""
HAS_QUERY: Final = """
SELECT
  coalesce(bool_or(imdb_rating IS NOT NULL), FALSE) AS imdb,
  coalesce(bool_or(kind = 'series'), FALSE) AS series,
  (SELECT count(*) > 0 FROM title_cast WHERE person_key <> 'unknown') AS "cast",
  (SELECT count(*) > 0 FROM title_keyword WHERE keyword_id <> 0) AS keywords,
  (SELECT count(*) > 0 FROM title_cast JOIN person USING (person_key) WHERE birth_year IS NOT NULL) AS ages,
  coalesce(bool_or(budget IS NOT NULL AND revenue IS NOT NULL), FALSE) AS money
FROM title
"""


def titles_query(where: str, where_selected: str) -> str:
    """The facts of each title, by title_key. Ratings are integers: TMDB's times 1000, IMDb's times 10.

    `imdb` is the number in imdb_id, or 0 if there is none, or if it has more than nine digits, which no title has.
    """
    return f"""
SELECT
  t.title_key, t.kind, t.id_tmdb, coalesce(t.title, t.original_title, '') AS name, t.real_year,
  coalesce(TRY_CAST(regexp_extract(t.imdb_id, '^tt([0-9]{{1,9}})$', 1) AS BIGINT), 0) AS imdb,
  t.release_year, t.runtime, t.budget, t.revenue, t.budget_real, t.revenue_real,
  CASE WHEN t.release_date IS NULL OR t.is_date_placeholder THEN 0 ELSE month(t.release_date) END AS month,
  CAST(coalesce(t.is_date_placeholder, FALSE) AS TINYINT) AS placeholder,
  CAST(t.is_money_plausible AS TINYINT) AS plausible,
  CAST(round(t.tmdb_rating * 1000) AS BIGINT) AS tmdb, t.tmdb_votes,
  CAST(round(t.imdb_rating * 10) AS BIGINT) AS imdb_rating, t.imdb_votes,
  t.popularity, c.instalment, c.gap_years, t.is_selected
FROM (SELECT *, {where_selected} AS is_selected FROM title WHERE {where}) t
LEFT JOIN title_collection c USING (title_key)
ORDER BY t.title_key
"""


def genres_query(where: str) -> str:
    """title_key, genre id and name."""
    return f"""
SELECT l.title_key, l.genre_id, g.name
FROM title_genre l JOIN genre g USING (genre_id) {_kept(where)}
WHERE l.genre_id <> 0 ORDER BY l.title_key, l.position
"""


def countries_query(where: str) -> str:
    """title_key, code and name of each country of production."""
    return f"""
SELECT l.title_key, l.country_code, c.name
FROM title_country l JOIN country c USING (country_code) {_kept(where)}
WHERE l.country_code <> 'unknown' ORDER BY l.title_key, l.position
"""


def languages_query(where: str) -> str:
    """title_key, code and English name of the original language; the code replaces a missing name."""
    return f"""
SELECT l.title_key, l.original_language, coalesce(s.english_name, nullif(s.name, 'unnamed'), l.original_language)
FROM title l LEFT JOIN language s ON s.language_code = l.original_language {_kept(where)}
WHERE l.original_language IS NOT NULL ORDER BY l.title_key
"""


def collections_query(where: str) -> str:
    """title_key, collection id and name."""
    return f"""
SELECT l.title_key, l.collection_id, coalesce(c.name, 'unnamed')
FROM title_collection l JOIN collection c USING (collection_id) {_kept(where)}
ORDER BY l.title_key
"""


def tags_query(where: str) -> str:
    """title_key, theme, tag and confidence, in descending confidence."""
    return f"""
SELECT l.title_key, l.theme, l.tag, CAST(l.confidence AS DOUBLE)
FROM title_theme l {_kept(where)}
ORDER BY l.title_key, l.confidence DESC, l.tag
"""


def cast_query(where: str) -> str:
    """title_key, person_key, name and gender of the first cast members, if they have several titles in the lake."""
    return f"""
WITH {_SEVERAL}
SELECT l.title_key, p.person_key, p.name, p.gender
FROM title_cast l JOIN several USING (person_key) JOIN person p USING (person_key) {_kept(where)}
WHERE l.position <= {CAST_NAMED} ORDER BY l.title_key, l.position, p.person_key
"""


def directors_query(where: str) -> str:
    """title_key, person_key, name and gender of the directors, if they have several titles in the lake."""
    return f"""
WITH {_SEVERAL}
SELECT l.title_key, p.person_key, p.name, p.gender
FROM title_director l JOIN several USING (person_key) JOIN person p USING (person_key) {_kept(where)}
ORDER BY l.title_key, l.position, p.person_key
"""


def genders_query(where: str) -> str:
    """title_key, and the number of women and of men among the first cast members; no row if no gender is known."""
    return f"""
SELECT l.title_key, count(*) FILTER (p.gender = 'female'), count(*) FILTER (p.gender = 'male')
FROM title_cast l JOIN person p USING (person_key) {_kept(where)}
WHERE l.position <= {BILLING} GROUP BY l.title_key HAVING count(p.gender) > 0 ORDER BY l.title_key
"""


def ages_query(where: str) -> str:
    """title_key, and the mean age of the women and of the men among the first cast members in the year of release.

    An age outside 0 to 120 is left out: either the birth year is wrong, or the person did not live then.
    """
    return f"""
SELECT l.title_key,
  CAST(round(avg(t.release_year - p.birth_year) FILTER (p.gender = 'female')) AS BIGINT),
  CAST(round(avg(t.release_year - p.birth_year) FILTER (p.gender = 'male')) AS BIGINT)
FROM title_cast l JOIN person p USING (person_key) JOIN title t USING (title_key) {_kept(where)}
WHERE l.position <= {BILLING} AND t.release_year - p.birth_year BETWEEN 0 AND 120
GROUP BY l.title_key ORDER BY l.title_key
"""


_SEVERAL: Final = f"""credit AS (
  SELECT person_key, title_key FROM title_cast UNION SELECT person_key, title_key FROM title_director
), several AS (
  SELECT person_key FROM credit WHERE person_key <> 'unknown' GROUP BY person_key HAVING count(*) >= {LEAST_TITLES}
)"""


def _kept(where: str) -> str:
    """A join that keeps only the titles on the page."""
    return f"SEMI JOIN (SELECT title_key FROM title WHERE {where}) AS kept ON kept.title_key = l.title_key"
