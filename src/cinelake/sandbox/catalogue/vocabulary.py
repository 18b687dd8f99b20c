"""Invented names of titles, people, companies and collections.

Invariant: every name shows that it is invented: a title has its number, and the others say so.
"""

from random import Random

from cinelake.sandbox.catalogue.languages import Language


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NOUNS = _split(
    "Lanterns Orchards Clockmakers Ferrymen Cartographers Tin-Whistles Salt-Sisters Lockkeepers Gramophones Beekeepers "
    "Weathercocks Nightporters Umbrellas Glassblowers Toll-Collectors Signalmen Puppeteers Lamplighters Understudies "
    "Stowaways Inkwells Tidewaiters Astrolabes Pearl-Divers Locksmiths Barometers Ropemakers Quarrymen Heirlooms "
    "Counterfeits Kites Postmistresses"
)
_PLACES = _split(
    "Quell Vardheim Ambrune Ostrava-on-Nought Tarrowmere Ixley Pellucid Marrowgate Sundergast Lower-Fennimoor Brackwater "
    "Dovrefold Nimm Cassadine Thornwick-Parva Ulverdale Zephyra Halfmoon-Sound Orrery Wexcombe-Null Grimsquay Yarrowby "
    "Little-Nowhere Eventide Kestrelholm Saltmarrow Undervale Fathom Glasswen Jorvane Mothlight Rookhollow"
)
_MOODS = _split("Quiet Crooked Second Borrowed Last Upside-Down Velvet Patient Unlikely Paper Northern Sleepless")
_FIRST = _split(
    "Avel Mirelda Orlo Quillon Tamsin Bexley Corvane Isolde-May Fenwick Junia Kasimir Lorelle Ptolemy Ravenna Sorrel "
    "Thaddea Ulric Vesper Wilhelma Xanthe Yorick Zinnia Eliphas Dorothy-Jo"
)
_LAST = _split(
    "Ostrick Marrowby Vantrese Pellingham Quince-Harker Thistledown Umberto-Null Brackenridge Culpepper Dravidge Eventyr "
    "Fogwell Grimsditch Hollowell Inchbald Juniperos Kettleblack Lackaday Moonraker Nettlefold"
)
_TRADES = ("Pictures", "Film Works", "Moving Images", "Kinema", "Features", "Television", "Studio", "Co-operative")
_PATTERNS = (
    "The {noun} of {place}",
    "{mood} {noun}",
    "{place} at Half Past Never",
    "A Handful of {noun}",
    "Farewell to {place}, {noun}",
    "The {mood} Road to {place}",
    "{noun}",
    "What the {noun} Knew",
)
_AWKWARD_PATTERNS = (
    'The "{noun}" of {place}',
    "{noun} 🎬🔦 of {place}",
    "{noun}\nof {place}",
    "<script>alert('{place}')</script>",
    "{noun} \\ {place}\t| & ' ; --",
    "{noun}, “{place}”\u2028é\u0301",
)
_SENTENCES = (
    "In the town of {place} that is on no map, {who} keeps the {noun} and a secret.",
    "When the {noun} vanish overnight, {who} must choose between {place} and the truth.",
    "{who} returns to {place} after twenty years, to find that nobody there was ever born.",
    "One {mood} inheritance, three {noun} and one train that never comes.",
    "This work is invented: it was never shot, and {who} was never in it.",
    "Winter comes early to {place}; the {noun} do not.",
)


def compose_title(number: int, word: int) -> str:
    """The English title of the title with that id, chosen by 64 random bits; one in 64 has awkward characters."""
    patterns = _AWKWARD_PATTERNS if word & 63 == 0 else _PATTERNS
    text = patterns[(word >> 6) % len(patterns)]
    named = text.format(noun=_NOUNS[word >> 16 & 31], place=_PLACES[word >> 24 & 31], mood=_MOODS[(word >> 32) % 12])
    return f"{named} (No. {number})"


def compose_original(number: int, word: int, language: Language) -> str:
    """The title in its own language and script; in English if the language has no words here."""
    if not language.nouns:
        return compose_title(number, word)
    noun = language.nouns[(word >> 40) % len(language.nouns)]
    place = language.places[(word >> 48) % len(language.places)]
    return f"{place}{noun} ({number})" if language.code in {"ja", "zh"} else f"{noun} {place} ({number})"


def compose_overview(source: Random) -> str:
    """One to four sentences; empty for one title in ten."""
    roll = source.random()
    if roll < 0.1:  # noqa: PLR2004 - the share of the docstring
        return ""
    sentences = source.sample(_SENTENCES, 1 + int(roll * 4))
    place, noun = source.choice(_PLACES), source.choice(_NOUNS).lower()
    who = compose_person(source.getrandbits(16))
    return " ".join([s.format(place=place, noun=noun, who=who, mood=_MOODS[len(who) % 12]) for s in sentences])


def compose_tagline(source: Random) -> str:
    """A short sentence, or an empty text for most titles."""
    return f"{source.choice(_MOODS)} is the night in {source.choice(_PLACES)}." if source.random() < 0.3 else ""  # noqa: PLR2004


def compose_person(number: int) -> str:
    """The name of an invented person."""
    return f"{_FIRST[number % 24]} {_LAST[number // 24 % 20]} of {_PLACES[number // 480 % 32]}"


def compose_company(number: int) -> str:
    """The name of an invented company."""
    return f"{_PLACES[number % 32]} {_NOUNS[number // 32 % 32]} {_TRADES[number // 1024 % 8]} (invented no. {number})"


def compose_collection(number: int) -> str:
    """The name of an invented collection."""
    return f"The {_NOUNS[number % 32]} of {_PLACES[number // 32 % 32]} Collection (invented no. {number})"


def compose_path(source: Random, share: float) -> str | None:
    """The path of an image that does not exist, or None."""
    return f"/invented{source.getrandbits(72):018x}.jpg" if source.random() < share else None
