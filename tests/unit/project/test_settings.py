"""Settings from the environment and .env, and secrets that stay hidden."""

from pathlib import Path

import pytest

from cinelake.errors import CredentialsError, UsageError
from cinelake.settings import TMDB_URL, Secret, parse_settings, read_settings


def test_empty_values_count_as_not_set() -> None:
    settings = parse_settings({"TMDB_TOKEN": " t ", "TMDB_API_KEY": "", "TMDB_BASE_URL": "http://x/", "CINELAKE_LAKE": ""})
    assert settings.token == Secret("t")
    assert (settings.api_key, settings.base_url, settings.lake) == (None, "http://x", None)
    assert parse_settings({}).base_url == TMDB_URL


def test_max_age_is_a_whole_number_of_days() -> None:
    assert (parse_settings({}).max_age_days, parse_settings({"CINELAKE_MAX_AGE": "17"}).max_age_days) == (None, 17)
    for text in ("0", "a week", "-3", "1.5"):
        with pytest.raises(UsageError, match="invalid CINELAKE_MAX_AGE"):
            parse_settings({"CINELAKE_MAX_AGE": text})


def test_token_has_precedence_over_the_key() -> None:
    both = parse_settings({"TMDB_TOKEN": "t", "TMDB_API_KEY": "k"})
    assert both.credentials().reveal() == "t"
    assert parse_settings({"TMDB_API_KEY": "k"}).credentials().reveal() == "k"
    with pytest.raises(CredentialsError, match="cinelake demo"):
        parse_settings({}).credentials()


def test_repr_hides_secrets() -> None:
    settings = parse_settings({"TMDB_TOKEN": "hide-me", "AWS_SECRET_ACCESS_KEY": "hide-me", "TMDB_API_KEY": "hide-me"})
    assert "hide-me" not in repr(settings) + str(settings) + repr(settings.token) + f"{settings.token}"
    assert settings.store_options == {"AWS_SECRET_ACCESS_KEY": "hide-me"}


def test_log_format_defaults_to_json_on_lambda() -> None:
    assert parse_settings({}).log_format == "auto"
    assert parse_settings({"AWS_LAMBDA_FUNCTION_NAME": "f"}).log_format == "json"
    assert parse_settings({"CINELAKE_LOG": "json"}).log_format == "json"


def test_environment_has_precedence_over_dot_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TMDB_TOKEN=from-file\nTMDB_API_KEY=from-file\n")
    monkeypatch.setenv("TMDB_TOKEN", "from-environment")
    monkeypatch.delenv("TMDB_API_KEY", raising=False)
    settings = read_settings(tmp_path)
    assert settings.token == Secret("from-environment")
    assert settings.api_key == Secret("from-file")


@pytest.mark.parametrize("text", ["two words", "line\nbreak", "caf\u00e9", "tab\tbed"])
def test_invalid_token_is_reported_without_showing_it(text: str) -> None:
    with pytest.raises(CredentialsError, match="TMDB_TOKEN contains") as caught:
        parse_settings({"TMDB_TOKEN": text}).credentials()
    assert text not in str(caught.value)


def test_unreadable_dot_env_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TMDB_TOKEN=\xff\n")
    with pytest.raises(UsageError, match="cannot read") as caught:
        read_settings(tmp_path)
    assert caught.value.subject == str(tmp_path / ".env")
