/* Owns what the page says in English. {names} are filled in; a question has the id of its card. */
"use strict";
cine.texts = cine.texts || {};

cine.texts.en = {
  title: "What this lake of {n} titles says", subtitle: "{lake} · collected {days} · built {built}", sampled: "{kept} of {of} titles are on this page: a sample. Figures marked ≈ are estimates.",
  skip: "To the answers", filters: "Filters", clear: "Clear filters", selected: "{n} of {of} titles selected", language: "Language", theme: "Theme", light: "Light", dark: "Dark", auto: "As the system",
  any: "any of these", all: "all of these", genre_match: "Genres", kind: "Kind", both_kinds: "Films and series", movie: "Films", series: "Series", from: "From year", to: "To year", country: "Country",
  every: "All", spoken: "Original language", votes: "Votes on TMDB, at least", money_only: "Only with money (both at least US$ 100,000)", dollars: "Dollars", nominal: "As paid", real: "Of {year}",
  key_findings: "Key findings", titles: "titles", films: "films", serieses: "series", span: "years", with_money: "with budget and revenue", with_rating: "with a rating on TMDB",
  holdings: "What this lake holds", money_section: "Money", franchises: "Franchises", audience: "Audience", place: "Time and place", people: "People", themes: "Themes", run: "The data themselves",
  covers: "n = {n} · covers {share} of the {of} selected", whole: "Of the whole lake, whatever is selected", few: "Faded: fewer than {enough} titles; no answer rests on them.", more: "{n} more groups are not shown.",
  table: "Table", chart: "Chart", group: "Group", part: "Part", n: "n", median: "Median", interval: "95 % interval", range: "10th to 90th percentile", share: "Share", hits: "With it", show_titles: "Titles",
  none_selected: "The data cannot answer: no title of this selection has what this needs.", lacks_money: "The data cannot answer: this lake has no title with budget and revenue.",
  lacks_imdb: "The data cannot answer: this lake holds nothing of IMDb's ratings.", lacks_cast: "The data cannot answer: cast and crew were not collected.", lacks_tags: "The data cannot answer: no themes were found, as keywords and overviews were not collected.",
  too_few: "The data do not support an answer: no two groups have enough titles.", empty: "This lake holds no titles yet. Run cinelake extract and cinelake build, then cinelake dashboard again.",
  a_bars: "{label} leads: {n} of {of} titles ({share}).", a_sides: "Crime alone {crime}, war alone {war}, both {both}.", a_medians: "Highest: {best} at {v} (95 % {i}, n = {bn}). Lowest: {worst} at {w} (95 % {j}, n = {wn}). {apart}",
  apart: "The intervals do not overlap.", together: "The intervals overlap: the data do not tell them apart.", a_one: "Only {best} has enough titles: {v} (95 % {i}, n = {bn}).",
  a_heat: "Best known: {best} ({v}). Least known: {worst} ({w}).", a_grid: "Rank correlation {r} over {n} titles: {strength}.", weak: "hardly related", some: "somewhat related", strong: "closely related",
  a_funnel: "{n} titles remained in Refined; the table says what was lost and why.", a_slices: "{done} of {all} slices are complete.", a_agreement: "Ratings of both services agree for {share} of {n} titles.", a_slices_none: "Refined does not tell of slices.",
  crime: "Crime", war: "War", both: "Crime and war", neither: "Neither", in_collection: "In a collection", single: "Single film", titles_part: "titles", unknown: "unknown",
  runtime: "runtime", budget: "budget", revenue: "revenue", money: "budget and revenue", tmdb_rating: "rating on TMDB", imdb_id: "IMDb id", imdb_rating: "rating on IMDb", genres: "genres", countries: "countries",
  collection: "collection", month: "month of release", popularity: "popularity", min: "min", years: "years", complete: "complete", short: "short",
  drill: "{label}: {n} titles", close: "Close", csv: "Save as CSV", filter_by: "Filter the page by this", page_of: "Page {page} of {pages}", previous: "Previous", next: "Next", name: "Title", year: "Year", roi: "Return",
  rating: "Rating", vote_count: "Votes", links: "Links", remove: "Remove filter: {name}", band: "budget {band} million",
  attribution: "This product uses the TMDB API but is not endorsed or certified by TMDB.", imdb_note: "Ratings of IMDb where this lake has them: information courtesy of IMDb (imdb.com), used with permission.", drawn: "The file is whole: it asks no server for anything. Charts by Apache ECharts; shapes by Natural Earth.",
  roi_note: "Return: 1 is a budget earned on top of the budget. Titles with budget and revenue of at least US$ 100,000 each; nothing is trimmed. Line: 95 % interval of the median; pale bar: 10th to 90th percentile.",
  q: {
    years: "When are the titles from?", genres: "Which genres are they of?", coverage: "How much is known, by decade?", funnel: "What was lost on the way from Raw to here?", map: "Where were they made?", languages: "In which languages?",
    months: "In which months do they come out?", sides: "Crime or war: who makes what?", roi_band: "Do bigger budgets return more?", roi_decade: "Has the return changed over the decades?", roi_genre: "Which genres return most?",
    roi_country: "Which countries' titles return most?", budget_decade: "What does a title cost?", revenue_decade: "What does a title take?", earned_back: "How many earn their budget back?", roi_collection: "Do franchises return more than single films?",
    roi_instalment: "Which instalment returns most?", roi_gap: "Does the gap between instalments matter?", collections: "Which collections are the longest?", rating_decade: "Are older titles rated higher?", rating_genre: "Which genres are rated highest?",
    rating_runtime: "Are long films rated higher?", tmdb_imdb: "Do TMDB and IMDb agree?", popular_rated: "Are the popular also the best rated?", actors: "Which actors are in the most titles?", directors: "Who directed the most titles?",
    women: "What share of the cast are women?", wars: "Which wars are portrayed?", wars_when: "When were films of each war made?", crimes: "Which kinds of crime?", sources: "How many tell a true story?", slices: "Is the run complete?",
    fields: "How complete is each field?", agreement: "How far do both services agree?",
  },
  note: { funnel: "Above zero: what entered a step. Below zero: what was lost or remained. Each step adds up to zero.", months: "Without 1 January, which TMDB also puts where only the year is known.", rating_decade: "Titles with at least 10 votes (or an unknown number, in old lakes). Old titles that nobody remembers get no votes: this is not a sample of what was made.", wars_when: "Median year of release; the arrow tells when the event ended.", women: "Cast whose gender is known, the first 10 of the billing.", popular_rated: "Popularity is TMDB's own score of the day of collection.", roi_genre: "A title counts in each of its genres.", map: "A title counts in each of its countries; the scale is logarithmic." },
};
