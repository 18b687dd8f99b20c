"""The languages of the catalogue, each with the country of its titles.

Invariant: codes are real ISO codes, so that joins on them work; only titles and people are invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language: codes and names as in TMDB, its frequency, and words for original titles."""

    code: str
    english: str
    native: str
    country: str
    country_name: str
    weight: float
    nouns: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


LANGUAGES = (
    Language("en", "English", "English", "US", "United States of America", 46),
    Language(
        "fr",
        "French",
        "Français",
        "FR",
        "France",
        7,
        ("Les Lanternes", "L'Écluse", "Les Sœurs"),
        ("de Quelle", "d'Ambrune"),
    ),
    Language("es", "Spanish", "Español", "ES", "Spain", 6, ("Los Faroles", "La Niña", "El Año"), ("de Quel", "de Ambruna")),
    Language(
        "de",
        "German",
        "Deutsch",
        "DE",
        "Germany",
        5,
        ("Die Laternen", "Die Schlüssel", "Das Gehöft"),
        ("von Quell", "aus Wörden"),
    ),
    Language("ja", "Japanese", "日本語", "JP", "Japan", 5, ("灯籠", "時計職人", "果樹園"), ("クエルの", "ヴァルドの")),
    Language(
        "pt",
        "Portuguese",
        "Português",
        "BR",
        "Brazil",
        4,
        ("As Lanternas", "O Relógio", "Os Pomares"),
        ("de Quel", "de Ambrã"),
    ),
    Language("zh", "Mandarin", "普通话", "CN", "China", 4, ("灯笼", "钟表匠", "果园"), ("奎尔的", "瓦德的")),
    Language("it", "Italian", "Italiano", "IT", "Italy", 3),
    Language("ru", "Russian", "Pусский", "RU", "Russia", 3, ("Фонари", "Часовщики", "Сады"), ("Квелла", "Амбруна")),  # noqa: RUF001
    Language("ko", "Korean", "한국어/조선말", "KR", "South Korea", 2.5, ("등불", "시계공", "과수원"), ("퀠의", "바르드의")),
    Language("hi", "Hindi", "हिन्दी", "IN", "India", 2.5, ("लालटेन", "घड़ीसाज़", "बाग़"), ("क्वेल के", "अम्ब्रून के")),
    Language("sv", "Swedish", "svenska", "SE", "Sweden", 1.2),
    Language("nl", "Dutch", "Nederlands", "NL", "Netherlands", 1.2),
    Language("tl", "Tagalog", "", "PH", "Philippines", 1),
    Language("cs", "Czech", "Český", "CZ", "Czech Republic", 1),
    Language("pl", "Polish", "Polski", "PL", "Poland", 1),
    Language("tr", "Turkish", "Türkçe", "TR", "Turkey", 1),
    Language("ar", "Arabic", "العربية", "EG", "Egypt", 1, ("فوانيس", "ساعاتي", "بساتين"), ("كويل", "أمبرون")),
    Language("el", "Greek", "ελληνικά", "GR", "Greece", 0.8, ("Τα φανάρια", "Ο ρολογάς"), ("του Κουέλ", "της Άμπρουν")),  # noqa: RUF001
    Language("th", "Thai", "ภาษาไทย", "TH", "Thailand", 0.6, ("โคมไฟ", "ช่างนาฬิกา"), ("แห่งเควล", "แห่งวาร์ด")),
    Language("he", "Hebrew", "עִבְרִית", "IL", "Israel", 0.5, ("הפנסים", "השען"), ("של קוול", "של אמברון")),
    Language("fi", "Finnish", "suomi", "FI", "Finland", 0.7),
    Language("da", "Danish", "Dansk", "DK", "Denmark", 0.8),
    Language("xx", "No Language", "No Language", "AQ", "Antarctica", 1.2),
)
