"""The expected data of the cards with their own queries, and of the cards about the lake, as SQL over Refined."""
# ruff: noqa: S608, RUF001 - our own SQL; the page uses these dashes

from tests.dashboard.oracle.twins import FIELDS, MONEY, RATED, TWINS

GRIDS = {
    "tmdb_imdb": ("imdb_rating", "tmdb_rating", "floor(imdb_rating * 2 + 0.5) / 2", "TRUE"),
    "popular_rated": ("popularity", "tmdb_rating", "floor(log2(popularity))", f"{RATED} AND popularity > 0"),
}
"""Cards of two measures: both measures, the cell of the first, and the condition; a cell of a rating is half a point."""
_MISSING = "greatest(0, coalesce(total, listed) - records - kept - gone - quarantined - unproven)"
ACCOUNTS = {
    "funnel": """WITH kinds AS (SELECT DISTINCT kind FROM funnel WHERE titles <> 0) SELECT
        if((SELECT count(*) FROM kinds) = 1, '', if(kind = 'movie', 'Films', 'Series') || ' · ') || step || '. ' || name
        AS key, part, titles AS n, NULL AS value FROM funnel SEMI JOIN kinds USING (kind)
        WHERE titles <> 0 OR part <> 'lost'""",
    "slices": f"""SELECT if(kind = 'movie', 'Films', 'Series') || ' · ' || slice || ' · '
        || strftime(collected_on, '%B %-d, %Y') AS key, if(is_complete, 'complete', 'short') AS part,
        records + kept AS n, n / nullif(total, 0) AS value,
        list_filter([unproven, gone, quarantined, {_MISSING}], lambda each: each > 0) AS missing
        FROM slice JOIN (SELECT kind, max(collected_on) AS collected_on FROM slice GROUP BY kind)
        USING (kind, collected_on)""",
    "fields": "SELECT field AS key, kind AS part, asked AS n, known / nullif(asked, 0) AS value FROM coverage"
    " WHERE grouping = 'all'",
    "agreement": "SELECT measure AS key, kind AS part, n, share AS value FROM agreement",
}
"""Cards about the lake: key, part, n and share, and for a slice the numbers of missing titles."""
_COVERAGE = """SELECT {label} AS label, field AS part, sum(asked)::DOUBLE AS n, sum(known) / nullif(n, 0) AS value, n AS m
FROM coverage WHERE grouping = '{grouping}' GROUP BY member, field"""
AREAS = {
    "returns": MONEY,
    "ratings": FIELDS["tmdb_rating"],
    "imdb": FIELDS["imdb_rating"],
    "dates": "release_year IS NOT NULL",
    "months": "release_date IS NOT NULL AND NOT is_date_placeholder",
    "places": FIELDS["countries"],
    "lengths": FIELDS["runtime"],
    "cast": "title_key IN (SELECT title_key FROM title_cast JOIN person USING (person_key)"
    " WHERE position <= 10 AND gender IS NOT NULL)",
    "themes": "title_key IN (SELECT title_key FROM title_theme)",
}
_KNOWN = " UNION ALL ".join(
    f"SELECT state, '{area}' AS label, coalesce(sum(w) FILTER (knows), 0)::DOUBLE AS n, count(*) FILTER (knows) AS c,"
    f" n / sum(w) AS value, sum(w)^2 / sum(w * w) AS m"
    f" FROM (SELECT state, w, coalesce({test}, FALSE) AS knows FROM chosen) GROUP BY state"
    for area, test in AREAS.items()
)
_MOVED = "abs(coalesce(z.{0} - a.{0}, 0)) DESC, title_key"
TABLES = {
    "conclusions": f"""SELECT state, label, n, value, m, c, CASE WHEN c < 20 THEN 'cannot' WHEN value < 0.1 THEN 'narrow'
        WHEN value < 0.5 THEN 'careful' ELSE 'broad' END AS part FROM ({_KNOWN}) WHERE m IS NOT NULL""",
    "fields_decade": _COVERAGE.format(label="if(member ~ '^\\d+$', member || 's', member)", grouping="decade"),
    "fields_genre": _COVERAGE.format(label="member", grouping="genre"),
    "dates": """SELECT collected_on::VARCHAR AS label, part, count(*)::DOUBLE AS n,
        if(part = 'popularity', median(popularity), coalesce(sum(tmdb_votes), 0)) AS value
        FROM (FROM snapshot SEMI JOIN title USING (title_key)) AS s, (VALUES ('popularity'), ('vote_count')) AS p(part)
        GROUP BY collected_on, part""",
    "movers": f"""WITH days AS (SELECT DISTINCT collected_on AS d FROM snapshot ORDER BY d DESC LIMIT 2), moved AS (
        SELECT title_key, a.popularity AS p, z.popularity AS q, a.tmdb_votes AS v, z.tmdb_votes AS u
        FROM snapshot a JOIN snapshot z USING (title_key) JOIN kept USING (title_key)
        WHERE a.collected_on = (SELECT min(d) FROM days) AND z.collected_on = (SELECT max(d) FROM days)
          AND a.collected_on < z.collected_on AND (p <> q OR v <> u)
        QUALIFY row_number() OVER (ORDER BY {_MOVED.format("popularity")}) <= 50
          OR row_number() OVER (ORDER BY {_MOVED.format("tmdb_votes")}) <= 50)
        SELECT state, title AS label, NULL AS part, 1.0 AS n, p, q, v, u FROM moved JOIN chosen USING (title_key)""",
}
"""Cards with their own queries: label (or key), part, n, value, and m if the value is a share of m titles."""
_SAME = """FROM snapshot a JOIN snapshot z USING (title_key) SEMI JOIN title USING (title_key)
WHERE a.collected_on < z.collected_on
AND a.collected_on IN (SELECT d FROM days) AND z.collected_on IN (SELECT d FROM days)"""
SAME = f"""WITH days AS (SELECT DISTINCT collected_on AS d FROM snapshot ORDER BY d DESC LIMIT 2)
SELECT (SELECT count(DISTINCT collected_on) FROM snapshot) AS days, count(*) AS titles,
coalesce(sum(a.tmdb_votes), 0) AS before, coalesce(sum(z.tmdb_votes), 0) AS after,
median(a.popularity) AS low, median(z.popularity) AS high {_SAME}"""
"""The titles that the two newest dates of collection have in common."""
FIGURES = """SELECT state, coalesce(sum(w), 0)::DOUBLE AS titles,
coalesce(sum(w) FILTER (kind = 'movie'), 0)::DOUBLE AS films,
coalesce(sum(w) FILTER (kind = 'series'), 0)::DOUBLE AS series,
coalesce(min(release_year) || if(max(release_year) > min(release_year), '–' || max(release_year), ''), '—') AS years,
coalesce(sum(w) FILTER (budget > 0 AND revenue > 0), 0)::DOUBLE AS money,
coalesce(sum(w) FILTER (tmdb_rating IS NOT NULL), 0)::DOUBLE AS rated
FROM states LEFT JOIN chosen USING (state) GROUP BY state"""
"""The key figures above the cards."""
LACKS = {
    "money": "count(*) FILTER (budget > 0 AND revenue > 0) = 0",
    "imdb": "count(imdb_rating) = 0",
    "cast": "(SELECT count(*) FROM title_cast WHERE person_key <> 'unknown') = 0",
    "tags": "(SELECT count(*) FROM title_theme) = 0",
    "ages": "(SELECT count(birth_year) FROM person SEMI JOIN title_cast USING (person_key)) = 0",
}
"""The SQL conditions for data that a lake lacks, over all its titles."""
_MONEY = ("roi", "budget", "revenue", "earned", "rise_revenue")
NEEDS = {
    **{card: "money" for card in TWINS if card in _MONEY or card.split("_")[0] in _MONEY},
    **dict.fromkeys(("tmdb_imdb", "agreement"), "imdb"),
    **dict.fromkeys(("actors", "directors", "women"), "cast"),
    **dict.fromkeys(("wars", "wars_when", "crimes", "sources"), "tags"),
    "ages": "ages",
}
"""The data that a card needs."""
