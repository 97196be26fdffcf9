from pathlib import Path

import pytest

from processor.loading.settings import load_settings
from processor.loading.settings_model import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wardwatch.yaml"
    path.write_text(
        "broker: {host: one, port: 1884}\nchannels: {desk: {kind: webhook, url_file: url, secret_file: key}}\n", "utf-8"
    )
    (tmp_path / "url").write_text("https://example.org/hook\n", "utf-8")
    (tmp_path / "key").write_text("a-shared-key\n", "utf-8")
    return path


def loaded(path: Path, **environ: str) -> Settings:
    settings, problems = load_settings(path, environ)
    assert [problem.render() for problem in problems] == []
    assert settings is not None
    return settings


def said(path: Path, **environ: str) -> list[str]:
    settings, problems = load_settings(path, environ)
    assert settings is None
    return [problem.render().removeprefix(f"{path}:") for problem in problems]


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "wardwatch.yaml"
    path.write_text("# nothing\n", "utf-8")
    settings = loaded(path)
    assert (settings.broker.host, settings.broker.port, settings.broker.receive_maximum) == ("127.0.0.1", 1883, 4_000)
    assert (settings.limits.payload_bytes, settings.limits.depth, settings.limits.batch) == (262_144, 32, 20)
    assert settings.influx.active is False


def test_the_environment_wins_over_the_file(file: Path) -> None:
    settings = loaded(
        file, WARDWATCH_BROKER__HOST="two", WARDWATCH_STORE__PATH="/data/x.db", WARDWATCH_CONFIG="ignored"
    )
    assert (settings.broker.host, settings.broker.port, settings.store.path) == ("two", 1884, "/data/x.db")


def test_a_secret_comes_from_its_file_or_from_the_environment_which_wins(file: Path) -> None:
    url = loaded(file).channels["desk"].url
    assert url is not None
    assert url.get_secret_value() == "https://example.org/hook"
    url = loaded(file, WARDWATCH_CHANNELS__DESK__URL="https://example.org/other").channels["desk"].url
    assert url is not None
    assert url.get_secret_value() == "https://example.org/other"


def test_a_secret_is_never_shown(file: Path) -> None:
    settings = loaded(file, WARDWATCH_BROKER__PASSWORD="hunter2", WARDWATCH_CONSOLE__TOKEN="hunter3")
    assert "hunter" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert "example.org" not in repr(settings)


def test_certificates_are_named_from_the_folder_of_the_settings_and_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "wardwatch.yaml"
    path.write_text("broker: {tls: {ca: ca.pem}}\ninflux: {ca: /no/such.pem}\n", "utf-8")
    (tmp_path / "ca.pem").touch()
    assert said(path) == ["2:14: there is no such file; write it or correct the path"]
    path.write_text("broker: {tls: {ca: ca.pem}}\n", "utf-8")
    tls = loaded(path).broker.tls
    assert tls is not None
    assert tls.ca == str(tmp_path / "ca.pem")


def test_a_wrong_secret_is_not_repeated_in_the_problem(file: Path) -> None:
    text = "\n".join(said(file, WARDWATCH_INFLUX__URL="hunter2"))
    assert text == 'WARDWATCH_INFLUX__URL: "influx.url": an address beginning with http:// or https:// is needed'


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("URL", "ftp://example.org/x", "its url must begin with http:// or https:// and name a host"),
        ("URL", "https:///x", "its url must begin with http:// or https:// and name a host"),
        ("URL", "http://[x", "its url must begin with http:// or https:// and name a host"),
        ("URL", "http://h:99999/", "its url must begin with http:// or https:// and name a host"),
        ("SECRET", "", "a webhook is signed: it needs secret_file, or its secret in the environment"),
    ],
)
def test_a_webhook_that_could_not_be_called_or_signed_is_an_error(
    file: Path, variable: str, value: str, what: str
) -> None:
    text = "\n".join(said(file, **{f"WARDWATCH_CHANNELS__DESK__{variable}": value}))
    assert text.endswith(f'"channels.desk": {what}')
    assert "example.org" not in text


def test_a_variable_that_names_no_setting_is_an_error(file: Path) -> None:
    assert said(file, WARDWATCH_BROKER__HOTS="x", WARDWATCH_BROKERS__PORT="1") == [
        (
            "WARDWATCH_BROKERS__PORT: the environment variable WARDWATCH_BROKERS__PORT names no setting"
            ' (did you mean "WARDWATCH_BROKER"?)'
        ),
        (
            "WARDWATCH_BROKER__HOTS: the environment variable WARDWATCH_BROKER__HOTS names no setting"
            ' (did you mean "WARDWATCH_BROKER__HOST"?)'
        ),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("broker: {tls: {}}", []),
        ("broker: {keepalive: 1 min, session_expiry: 1 d}", []),
        ("store: {retention_bytes: 20 GiB}", []),
        ("broker: {port: 010}", []),
        ("broker: {port: 0}", ['1:16: "broker.port": it must be at least 1']),
        ("store: {retention_days: .nan}", ['1:25: "store.retention_days": a number is needed']),
        ("influx: {url: http://db}", ['1:9: "influx": url needs org and bucket beside it']),
        ("console: {prot: 1}", ['1:11: unknown key "prot" (did you mean "port"?)']),
        ("a", ['1:1: "settings" needs keys with values, such as {broker: {host: 127.0.0.1}}']),
        ("broker:", []),
    ],
)
def test_a_setting_is_taken_or_refused_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "wardwatch.yaml"
    path.write_text(text, "utf-8")
    _, problems = load_settings(path, {})
    assert [problem.render().removeprefix(f"{path}:") for problem in problems] == expected


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    settings, problems = load_settings(tmp_path / "no.yaml", {})
    assert settings is None
    assert [problem.code for problem in problems] == ["no_file"]


def test_the_process_environment_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDWATCH_BROKER__HOST", "hidden")
    monkeypatch.setenv("BROKER", '{"host": "hidden"}')
    assert loaded(file).broker.host == "one"
