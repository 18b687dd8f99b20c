"""The expected data of each card as SQL over Refined, without sharing code with the page.

A new card needs a twin; `test_page_numbers` fails without one. sentences.py derives the sentence of the card from it. Most
twins are a line of TWINS: `Twin(kind, rows)`. `rows` is a SELECT over `chosen`, which has the titles of each selection (the
`state` of the address) with their weight `w`. It returns for each title in each group `state`, `title_key`, `label`, `w`,
`key` (in the order of the page), and

    bars      nothing more                      medians   `value`
    shares    `hits` and `counted`              parts     `part`: a stack
    slopes    `x` and `value`

A card with its own query has a line in twin_tables.py.

Percentiles are SQL's quantile_cont; with weights, each value is repeated by the weight of its title. The interval of a
median is between the order statistics n/2 -+ 1.96 sqrt(n)/2, the interval of a share is Wilson's. With weights, both use
the effective number of titles, (sum w)^2 / sum w^2.
"""
# ruff: noqa: S608, RUF001 - our own SQL; the page uses these dashes

from dataclasses import dataclass

MONEY = "budget >= 100000 AND revenue >= 100000"
_BAND = """CASE WHEN budget < 1e6 THEN 0 WHEN budget < 5e6 THEN 1 WHEN budget < 20e6 THEN 2 WHEN budget < 60e6 THEN 3
WHEN budget < 100e6 THEN 4 ELSE 5 END"""
_BANDS = "['$0.1–1M', '$1–5M', '$5–20M', '$20–60M', '$60–100M', '>$100M']"
RATED = "tmdb_rating IS NOT NULL AND coalesce(tmdb_votes, 10) >= 10"
_DECADE = "decade AS key, decade || 's' AS label"
_GENRE = "JOIN title_genre USING (title_key) JOIN genre g USING (genre_id)"
_COUNTRY = "JOIN title_country USING (title_key) JOIN country g USING (country_code)"
_SEVERAL = """(SELECT person_key FROM (SELECT person_key, title_key FROM title_cast UNION
SELECT person_key, title_key FROM title_director) WHERE person_key <> 'unknown' GROUP BY ALL HAVING count(*) >= 3)"""
_HAS_BOTH = "(SELECT count(DISTINCT genre_id) = 2 FROM title_genre WHERE genre_id IN (80, 10752))"
_SIDE = f"""(SELECT title_key, CASE WHEN NOT {_HAS_BOTH} THEN 'titles'
WHEN bool_or(genre_id = 80) AND bool_or(genre_id = 10752) THEN 'both'
WHEN bool_or(genre_id = 80) THEN 'crime' WHEN bool_or(genre_id = 10752) THEN 'war' ELSE 'neither' END AS part
FROM title_genre GROUP BY ALL)"""
_TAG = "JOIN title_theme USING (title_key)"
_TAG_LABEL = "upper(tag[1]) || tag[2:] AS label"


@dataclass(frozen=True, slots=True)
class Twin:
    """The kind of a card, the rows of its groups, the largest number of shown groups, and the fewest titles of one."""

    kind: str
    rows: str
    top: int = 10**9
    least: int = 1


def _select(more: str, source: str, where: str = "TRUE") -> str:
    return f"SELECT state, title_key, w, {more} FROM chosen {source} WHERE {where}"


def _step(column: str, steps: list[int], unit: str) -> str:
    """Key and label of steps: the last step at or below the value."""
    cases, labels = "", ""
    for number, low in reversed(list(enumerate(steps))):
        following = steps[number + 1] if number + 1 < len(steps) else None
        name = f"{low}+" if following is None else str(low) if following - 1 == low else f"{low}–{following - 1}"
        cases += f" WHEN {column} >= {low} THEN {number}"
        labels += f" WHEN {column} >= {low} THEN '{name} {unit}'"
    return f"CASE{cases} END AS key, CASE{labels} END AS label"


def _person(table: str, most: int) -> str:
    return _select(
        "person_key AS key, p.name AS label",
        f"JOIN {table} USING (title_key) JOIN person p USING (person_key) JOIN {_SEVERAL} USING (person_key)",
        f"position <= {most}",
    )


def _dollars(column: str) -> str:
    return f"if(is_real, {column}_real, {column})"


_BUDGET, _REVENUE = _dollars("budget"), _dollars("revenue")


def _money(key: str, source: str = "", where: str = "TRUE", value: str = "roi") -> Twin:
    return Twin("medians", _select(f"{key}, {value} AS value", source, f"{MONEY} AND {value} IS NOT NULL AND {where}"))


_GENRE_KEY = "genre_id AS key, g.name AS label"
_COUNTRY_KEY = "country_code AS key, g.name AS label"
_RUNTIMES = [1, 30, 60, 80, 90, 100, 110, 120, 150, 180]
_GAPS = [0, 2, 3, 4, 6, 11]
_OF_COLLECTION = "JOIN title_collection USING (title_key)"
_YEARS = """chosen_year AS value, theme || tag AS key, tag || coalesce(' (→ ' || map {'World War II': '1945',
'Vietnam War': '1975', 'Korean War': '1953'}[tag] || ')', '') AS label"""

TWINS: dict[str, Twin] = {
    "years": Twin("parts", _select(f"{_DECADE}, part", f"JOIN {_SIDE} USING (title_key)", "decade IS NOT NULL")),
    "genres": Twin("bars", _select(_GENRE_KEY, _GENRE, "genre_id <> 0"), 20),
    "map": Twin("bars", _select(_COUNTRY_KEY, _COUNTRY, "country_code <> 'unknown'")),
    "languages": Twin(
        "bars",
        _select(
            "original_language AS key, coalesce(l.english_name, MAP {'en': 'English'}[original_language]) AS label",
            "LEFT JOIN language l ON language_code = original_language",
            "original_language IS NOT NULL",
        ),
        15,
    ),
    "months": Twin(
        "bars",
        _select(
            "month(release_date) AS key, strftime(release_date, '%b') AS label",
            "",
            "release_date IS NOT NULL AND NOT is_date_placeholder",
        ),
    ),
    "sides": Twin(
        "parts",
        _select(f"{_COUNTRY_KEY}, part", f"{_COUNTRY} JOIN {_SIDE} USING (title_key)", "country_code <> 'unknown'"),
        15,
    ),
    "roi_band": _money(f"{_BAND} AS key, {_BANDS}[1 + {_BAND}] AS label"),
    "roi_decade": _money(_DECADE, where="decade IS NOT NULL"),
    "roi_genre": _money(_GENRE_KEY, _GENRE, "genre_id <> 0"),
    "roi_country": _money(_COUNTRY_KEY, _COUNTRY, "country_code <> 'unknown'"),
    "budget_decade": _money(_DECADE, where="decade IS NOT NULL", value=_BUDGET),
    "revenue_decade": _money(_DECADE, where="decade IS NOT NULL", value=_REVENUE),
    "earned_back": Twin(
        "shares",
        _select(
            f"{_BAND} AS key, {_BANDS}[1 + {_BAND}] AS label, (revenue >= budget)::INT AS hits, 1 AS counted", "", MONEY
        ),
    ),
    "roi_collection": _money(
        "(c.collection_id IS NULL)::INT AS key, if(c.collection_id IS NULL, 'Single film', 'In a collection') AS label",
        "LEFT JOIN title_collection c USING (title_key)",
    ),
    "roi_instalment": _money(
        "least(instalment, 6) AS key, 'Instalment ' || if(instalment >= 6, '6+', instalment::VARCHAR) AS label",
        _OF_COLLECTION,
        "instalment IS NOT NULL",
    ),
    "roi_gap": _money(_step("gap_years", _GAPS, "years"), _OF_COLLECTION, "gap_years IS NOT NULL"),
    "collections": Twin(
        "bars",
        _select(
            "c.collection_id AS key, n.name AS label",
            "JOIN title_collection c USING (title_key) JOIN collection n ON n.collection_id = c.collection_id",
        ),
        15,
    ),
    "rating_decade": Twin("medians", _select(f"{_DECADE}, tmdb_rating AS value", "", f"{RATED} AND decade IS NOT NULL")),
    "rating_genre": Twin("medians", _select(f"{_GENRE_KEY}, tmdb_rating AS value", _GENRE, f"{RATED} AND genre_id <> 0")),
    "rating_runtime": Twin(
        "medians",
        _select(f"{_step('runtime', _RUNTIMES, 'min')}, tmdb_rating AS value", "", f"{RATED} AND runtime IS NOT NULL"),
    ),
    "actors": Twin("bars", _person("title_cast", 8), 20),
    "directors": Twin("bars", _person("title_director", 10**9), 20),
    "women": Twin(
        "shares",
        f"""SELECT state, title_key, any_value(w) AS w, {_DECADE}, count(*) FILTER (gender = 'female') AS hits,
        count(*) FILTER (gender IN ('female', 'male')) AS counted
        FROM chosen JOIN title_cast USING (title_key) JOIN person USING (person_key)
        WHERE position <= 10 AND decade IS NOT NULL GROUP BY state, title_key, decade HAVING counted > 0""",
    ),
    "wars": Twin("bars", _select(f"theme || tag AS key, {_TAG_LABEL}", _TAG, "theme = 'war'"), 16),
    "wars_when": Twin(
        "medians",
        _select(_YEARS.replace("chosen_year", "release_year"), _TAG, "theme = 'war' AND release_year IS NOT NULL"),
    ),
    "crimes": Twin("bars", _select(f"theme || tag AS key, {_TAG_LABEL}", _TAG, "theme = 'crime'"), 16),
    "sources": Twin("bars", _select(f"theme || tag AS key, {_TAG_LABEL}", _TAG, "theme NOT IN ('crime', 'war')"), 10),
}
_GENRES = "(SELECT title_key, genre_id, name FROM title_genre JOIN genre USING (genre_id) WHERE genre_id <> 0)"
_PAIR = f"JOIN {_GENRES} a USING (title_key) JOIN {_GENRES} z ON z.title_key = chosen.title_key AND z.genre_id > a.genre_id"
_PAIR_KEY = "a.genre_id * 100000 + z.genre_id AS key, a.name || ' + ' || z.name AS label"
_OWN_GENRES = "JOIN (SELECT title_key, list(genre_id) AS own FROM title_genre GROUP BY ALL) USING (title_key)"
_RIVALS = """CASE WHEN list_contains(own, first_genre) AND list_contains(own, second_genre) THEN 'both'
WHEN list_contains(own, first_genre) THEN 'first'
WHEN list_contains(own, second_genre) THEN 'second' ELSE 'neither' END AS part"""
_RISE = """SELECT state, title_key, w, c.collection_id AS key, n.name AS label, instalment AS x, {value} AS value
FROM chosen JOIN title_collection c USING (title_key) JOIN collection n ON n.collection_id = c.collection_id
WHERE instalment IS NOT NULL AND {where}"""
_AGE = """SELECT state, title_key, any_value(w) AS w, decade * 2 + (gender = 'male')::INT AS key,
decade || 's · ' || if(gender = 'male', 'actors', 'actresses') AS label,
round(avg(release_year - birth_year)) AS value
FROM chosen JOIN title_cast USING (title_key) JOIN person USING (person_key)
WHERE position <= 10 AND release_year - birth_year BETWEEN 0 AND 120 AND gender IN ('female', 'male')
GROUP BY state, title_key, decade, gender"""


def _pairs(twin: Twin) -> Twin:
    return Twin(
        twin.kind,
        twin.rows.replace("SELECT state, title_key", "SELECT state, chosen.title_key", 1),
        20,
        5 if twin.kind == "medians" else 1,
    )


def _votes(key: str, source: str = "", where: str = "TRUE") -> Twin:
    return Twin("medians", _select(f"{key}, tmdb_votes AS value", source, f"tmdb_votes IS NOT NULL AND {where}"))


TWINS |= {
    "by_year": Twin(
        "parts",
        _select(f"release_year AS key, release_year::VARCHAR AS label, {_RIVALS}", _OWN_GENRES, "release_year IS NOT NULL"),
    ),
    "pairs": _pairs(Twin("bars", _select(_PAIR_KEY, _PAIR))),
    "roi_pair": _pairs(_money(_PAIR_KEY, _PAIR)),
    "revenue_pair": _pairs(_money(_PAIR_KEY, _PAIR, value=_REVENUE)),
    "rise_rating": Twin("slopes", _RISE.format(value="tmdb_rating", where=RATED)),
    "rise_revenue": Twin("slopes", _RISE.format(value="ln(revenue_real)", where=f"{MONEY} AND revenue_real IS NOT NULL")),
    "votes_decade": _votes(_DECADE, where="decade IS NOT NULL"),
    "votes_genre": _votes(_GENRE_KEY, _GENRE, "genre_id <> 0"),
    "votes_runtime": _votes(_step("runtime", _RUNTIMES, "min"), where="runtime IS NOT NULL"),
    "ages": Twin("medians", _AGE),
}
for _value in ("budget", "revenue"):
    TWINS[f"{_value}_genre"] = _money(_GENRE_KEY, _GENRE, "genre_id <> 0", _dollars(_value))
    TWINS[f"{_value}_country"] = _money(_COUNTRY_KEY, _COUNTRY, "country_code <> 'unknown'", _dollars(_value))
TWINS["revenue_band"] = _money(f"{_BAND} AS key, {_BANDS}[1 + {_BAND}] AS label", value=_REVENUE)
for _value in ("roi", "budget", "revenue"):
    TWINS[f"{_value}_country"] = Twin("medians", TWINS[f"{_value}_country"].rows, 15)

FIELDS = {
    "runtime": "runtime IS NOT NULL",
    "budget": "budget IS NOT NULL",
    "revenue": "revenue IS NOT NULL",
    "money": "budget IS NOT NULL AND revenue IS NOT NULL",
    "tmdb_rating": "tmdb_rating IS NOT NULL",
    "imdb_id": "imdb_id IS NOT NULL",
    "imdb_rating": "imdb_rating IS NOT NULL",
    "genres": "title_key IN (SELECT title_key FROM title_genre WHERE genre_id <> 0)",
    "countries": "title_key IN (SELECT title_key FROM title_country WHERE country_code <> 'unknown')",
    "original_language": "original_language IS NOT NULL",
    "collection": "collection_id IS NOT NULL",
    "month": "NOT is_date_placeholder",
}
"""The SQL conditions of the columns of the card `coverage`."""
_OF_FILMS = {"runtime", "budget", "revenue", "money", "collection"}
_COVERAGE = " UNION ALL ".join(
    f"SELECT state, title_key, w, {_DECADE}, '{name}' AS part, coalesce({test}, FALSE)::INT AS hits, 1 AS counted"
    f" FROM chosen WHERE decade IS NOT NULL{' AND kind = ' + repr('movie') if name in _OF_FILMS else ''}"
    for name, test in FIELDS.items()
)
TWINS["coverage"] = Twin("shares", _COVERAGE)
