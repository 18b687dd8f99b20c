"""Owns the languages of the catalogue, each with the country that its titles mostly come from.

Invariant: codes are real ISO codes, so that joins on them work; only titles and people are invented.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: codes and names as the service writes them, how often it is spoken, and words for original titles."""

    code: str
    english: str
    native: str
    country: str
    country_name: str
    weight: float
    nouns: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


TONGUES = (
    Tongue("en", "English", "English", "US", "United States of America", 46),
    Tongue(
        "fr",
        "French",
        "Français",
        "FR",
        "France",
        7,
        ("Les Lanternes", "L'Écluse", "Les Sœurs"),
        ("de Quelle", "d'Ambrune"),
    ),
    Tongue("es", "Spanish", "Español", "ES", "Spain", 6, ("Los Faroles", "La Niña", "El Año"), ("de Quel", "de Ambruna")),
    Tongue(
        "de",
        "German",
        "Deutsch",
        "DE",
        "Germany",
        5,
        ("Die Laternen", "Die Schlüssel", "Das Gehöft"),
        ("von Quell", "aus Wörden"),
    ),
    Tongue("ja", "Japanese", "日本語", "JP", "Japan", 5, ("灯籠", "時計職人", "果樹園"), ("クエルの", "ヴァルドの")),
    Tongue(
        "pt",
        "Portuguese",
        "Português",
        "BR",
        "Brazil",
        4,
        ("As Lanternas", "O Relógio", "Os Pomares"),
        ("de Quel", "de Ambrã"),
    ),
    Tongue("zh", "Mandarin", "普通话", "CN", "China", 4, ("灯笼", "钟表匠", "果园"), ("奎尔的", "瓦德的")),
    Tongue("it", "Italian", "Italiano", "IT", "Italy", 3),
    Tongue("ru", "Russian", "Pусский", "RU", "Russia", 3, ("Фонари", "Часовщики", "Сады"), ("Квелла", "Амбруна")),  # noqa: RUF001
    Tongue("ko", "Korean", "한국어/조선말", "KR", "South Korea", 2.5, ("등불", "시계공", "과수원"), ("퀠의", "바르드의")),
    Tongue("hi", "Hindi", "हिन्दी", "IN", "India", 2.5, ("लालटेन", "घड़ीसाज़", "बाग़"), ("क्वेल के", "अम्ब्रून के")),
    Tongue("sv", "Swedish", "svenska", "SE", "Sweden", 1.2),
    Tongue("nl", "Dutch", "Nederlands", "NL", "Netherlands", 1.2),
    Tongue("tl", "Tagalog", "", "PH", "Philippines", 1),
    Tongue("cs", "Czech", "Český", "CZ", "Czech Republic", 1),
    Tongue("pl", "Polish", "Polski", "PL", "Poland", 1),
    Tongue("tr", "Turkish", "Türkçe", "TR", "Turkey", 1),
    Tongue("ar", "Arabic", "العربية", "EG", "Egypt", 1, ("فوانيس", "ساعاتي", "بساتين"), ("كويل", "أمبرون")),
    Tongue("el", "Greek", "ελληνικά", "GR", "Greece", 0.8, ("Τα φανάρια", "Ο ρολογάς"), ("του Κουέλ", "της Άμπρουν")),  # noqa: RUF001
    Tongue("th", "Thai", "ภาษาไทย", "TH", "Thailand", 0.6, ("โคมไฟ", "ช่างนาฬิกา"), ("แห่งเควล", "แห่งวาร์ด")),
    Tongue("he", "Hebrew", "עִבְרִית", "IL", "Israel", 0.5, ("הפנסים", "השען"), ("של קוול", "של אמברון")),
    Tongue("fi", "Finnish", "suomi", "FI", "Finland", 0.7),
    Tongue("da", "Danish", "Dansk", "DK", "Denmark", 0.8),
    Tongue("xx", "No Language", "No Language", "AQ", "Antarctica", 1.2),
)
