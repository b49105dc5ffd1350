"""Settings: where they come from, which counts, and by what names people know them."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from playtrace.config import FILE_BYTES_MAX, Settings, SettingUnreadable, known_settings, name_of
from playtrace.protocols.jwc.settings import JwcSettings


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def test_no_two_settings_share_a_name():
    names = [setting.name.lower() for setting in known_settings()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("variable", "text", "path", "value"),
    [
        ("PLAYTRACE_PORT", "1234", "port", 1234),
        ("playtrace_port", "1234", "port", 1234),
        ("PLAYTRACE_STORE_MEMORY_BYTES", "70000000", "store.memory_bytes", 70_000_000),
        ("PLAYTRACE_LATE_DAYS_MAX", "7", "load.late_days_max", 7),
        ("PLAYTRACE_TRUSTED_PROXIES", '["10.0.0.0/8"]', "collect.trusted_proxies", ["10.0.0.0/8"]),
        ("RATE_LIMIT_MAX", "3", "protocols.jwc.rate_limit_max", 3),
    ],
)
def test_a_variable_sets_it(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, path: str, value: object):
    monkeypatch.setenv(variable, text)
    found: object = Settings.read()
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


def test_a_variable_may_name_the_file_that_has_the_value(monkeypatch: pytest.MonkeyPatch):
    Path("secret").write_bytes(b"postgresql://playtrace:word@db/playtrace\r\n")
    Path("list").write_text('["10.0.0.0/8"]')
    monkeypatch.setenv("PLAYTRACE_REGISTRY_URL_FILE", "secret")
    monkeypatch.setenv("PLAYTRACE_TRUSTED_PROXIES_FILE", "list")
    # How containers say that there is none.
    monkeypatch.setenv("PLAYTRACE_STORE_URL_FILE", "")
    settings = Settings.read()
    assert settings.registry.url == "postgresql://playtrace:word@db/playtrace"
    assert (settings.collect.trusted_proxies, settings.store.url) == (["10.0.0.0/8"], None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"\xff\xfesecret", "it is not UTF-8"),
        (b"s" * (FILE_BYTES_MAX + 1), "it has more than 65536 bytes"),
    ],
)
def test_a_file_of_a_value_that_cannot_be_read_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
):
    if content is not None:
        Path("secret").write_bytes(content)
    monkeypatch.setenv("PLAYTRACE_REGISTRY_URL_FILE", "secret")
    with pytest.raises(SettingUnreadable, match=f"PLAYTRACE_REGISTRY_URL_FILE names secret.*{said}") as raised:
        Settings.read()
    assert "ssss" not in str(raised.value)


def test_a_value_comes_from_a_variable_or_from_a_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLAYTRACE_PORT", "1")
    monkeypatch.setenv("PLAYTRACE_PORT_FILE", "port")
    with pytest.raises(SettingUnreadable, match="PLAYTRACE_PORT is given, and PLAYTRACE_PORT_FILE too"):
        Settings.read()


def test_the_option_counts_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch):
    Path("playtrace.toml").write_text("""
        store_threads = 2
        dedup_days = 5
        settle_hours = 5
        [store]
        memory_bytes = 70_000_000
        [load]
        interval_ms = 50
        late_days_max = 5
        [protocols.jwc]
        rate_limit_max = 5
    """)
    monkeypatch.setenv("PLAYTRACE_LATE_DAYS_MAX", "6")
    monkeypatch.setenv("PLAYTRACE_DEDUP_DAYS", "6")
    settings = Settings.read(dedup_days=7)
    assert (settings.store.threads, settings.store.memory_bytes, settings.load.interval_ms) == (2, 70_000_000, 50)
    assert (settings.rules.settle_hours, settings.load.late_days_max, settings.load.dedup_days) == (5, 6, 7)
    assert settings.of_protocol(JwcSettings).rate_limit_max == 5


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("store_memory_byte = 1", "store_memory_byte"),
        ("[store]\nmemory_byte = 1", "store.memory_byte"),
        ("[stor]\nmemory_bytes = 1", "stor"),
        ("[protocols.jw]\nrate_limit_max = 1", "protocols.jw"),
        ("[store]\nmemory_bytes = 1", "store_memory_bytes"),
        ("store_memory_bytes = 1", "store_memory_bytes"),
        ("store = 1", "store"),
        ('[collect]\ntrusted_proxies = ["127.0.0.1", 3]', "trusted_proxies.1"),
        ("[protocols.jwc]\nrate_limit_time_window = 'soon'", "RATE_LIMIT_TIME_WINDOW"),
    ],
)
def test_what_is_wrong_is_named_as_people_know_it(file: str, name: str):
    Path("playtrace.toml").write_text(file)
    with pytest.raises(ValidationError) as refused:
        Settings.read()
    assert [name_of(error["loc"]) for error in refused.value.errors()] == [name]


def numeric() -> list[str]:
    kinds = (int, float, int | None, float | None)
    return [setting.name for setting in known_settings() if setting.field.annotation in kinds]


@pytest.mark.parametrize("number", ["99999999999999", "-1", "nan", "inf"])
@pytest.mark.parametrize("name", numeric())
def test_a_number_that_nobody_means_stops_the_start(name: str, number: str):
    if "bytes" in name:
        number = number.replace("99999999999999", "9" * 20)  # so many there are
    with pytest.raises(ValidationError) as refused:
        Settings.read(**{name: number})
    assert [name_of(error["loc"]) for error in refused.value.errors()] == [name]


def test_all_numbers_are_looked_at():
    assert {"port", "late_days_max", "store_memory_bytes", "query_seconds_max", "RATE_LIMIT_MAX"} <= set(numeric())


@pytest.mark.parametrize("span", ["99999999999999 days", "0", "-1 hour", "367 days"])
def test_a_window_has_an_end(span: str):
    with pytest.raises(ValidationError, match="expected a time span"):
        Settings.read(RATE_LIMIT_TIME_WINDOW=span)


def test_they_reach_another_process():
    settings = Settings(store_threads=3, RATE_LIMIT_MAX=4)
    assert pickle.loads(pickle.dumps(settings)) == settings
