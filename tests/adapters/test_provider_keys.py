"""Keys from wherever they are kept. The stores' libraries are stood in for by modules with the same few names."""

import sys
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hunkwise.adapters import key_metadata, provider_keys
from hunkwise.adapters.openai_chat import OpenAIChat, endpoint
from hunkwise.errors import ConfigurationError
from hunkwise.model.keys import Standing

KEY = "sk-proj-of-a-test"


def read(**environment: str) -> list[str]:
    return [each.get_secret_value() for each in provider_keys.keys(environment)]


def test_the_first_place_that_is_named_counts(tmp_path: Path) -> None:
    assert read() == []
    assert read(OPENAI_API_KEY=" one ", OPENAI_API_KEYS="two") == ["one"]
    assert read(OPENAI_API_KEYS="one, two,,") == ["one", "two"]
    (tmp_path / "key").write_text("three\nfour\n", "utf-8")
    assert read(OPENAI_API_KEY="", OPENAI_API_KEY_FILE=str(tmp_path / "key")) == ["three", "four"]
    assert read(HUNKWISE_KEY_COMMAND=f"{sys.executable} -c 'print(5)'") == ["5"]


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_key_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY_FILE"):
        read(OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    with pytest.raises(ConfigurationError, match="can't be read"):
        read(OPENAI_API_KEY_FILE=str(tmp_path / "none"))


@pytest.mark.parametrize(
    "command", ["/no/such/command", "'open", "{python} -c 'print(\"{key}\"); raise SystemExit(3)'"]
)
def test_a_command_that_fails_is_told_without_its_output(command: str) -> None:
    with pytest.raises(ConfigurationError, match="HUNKWISE_KEY_COMMAND") as caught:
        read(HUNKWISE_KEY_COMMAND=command.replace("{python}", sys.executable).replace("{key}", KEY))
    assert KEY not in f"{caught.value} {caught.value.hint}"


def module(name: str, **names: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(names)
    return made


class StoreError(Exception):
    pass


def answering(value: Any) -> Any:
    def answer(*given: Any, **named: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        asked.append((given, named))
        return value

    return answer


asked: list[Any] = []


def libraries(value: Any) -> dict[str, ModuleType]:
    """Return the libraries of all stores, which all answer `value`."""
    is_error = isinstance(value, Exception)
    v2 = SimpleNamespace(
        read_secret_version=answering(value if is_error else {"data": {"data": {"key": value, "other": "x"}}})
    )
    vault = SimpleNamespace(secrets=SimpleNamespace(kv=SimpleNamespace(v2=v2)))
    aws = SimpleNamespace(get_secret_value=answering(value if is_error else {"SecretString": f'{{"f": "{value}"}}'}))
    payload = SimpleNamespace(payload=SimpleNamespace(data=b"" if is_error else value.encode()))
    google = SimpleNamespace(access_secret_version=answering(value if is_error else payload))
    return {
        "keyring": module("keyring", get_password=answering(value)),
        "keyring.errors": module("keyring.errors", KeyringError=StoreError),
        "hvac": module("hvac", Client=lambda: vault, exceptions=SimpleNamespace(VaultError=StoreError)),
        "boto3": module("boto3", client=lambda _: aws),
        "botocore.exceptions": module("botocore.exceptions", BotoCoreError=StoreError, ClientError=StoreError),
        "google.cloud.secretmanager": module("g", SecretManagerServiceClient=lambda: google),
        "google.api_core.exceptions": module("e", GoogleAPIError=StoreError),
        "google.auth.exceptions": module("a", GoogleAuthError=StoreError),
    }


PLACES = {
    "keyring:hunkwise/ci": (("hunkwise", "ci"), {}),
    "vault:secret/team/openai#key": (
        (),
        {"path": "team/openai", "mount_point": "secret", "raise_on_deleted_version": True},
    ),
    "aws:prod/openai#f": ((), {"SecretId": "prod/openai"}),
    "gcp:projects/p/secrets/s": ((), {"request": {"name": "projects/p/secrets/s/versions/latest"}}),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_store_is_asked_by_its_library(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, made in libraries(KEY).items():
        monkeypatch.setitem(sys.modules, name, made)
    asked.clear()
    assert read(HUNKWISE_KEY_STORE=place) == [KEY]
    assert asked == [PLACES[place]]


@pytest.mark.parametrize("place", PLACES)
def test_a_store_that_fails_is_told_without_its_words(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, made in libraries(StoreError(KEY)).items():
        monkeypatch.setitem(sys.modules, name, made)
    with pytest.raises(ConfigurationError, match="StoreError") as caught:
        read(HUNKWISE_KEY_STORE=place)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_a_store_without_its_library_names_the_extra(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in libraries(KEY):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigurationError) as caught:
        read(HUNKWISE_KEY_STORE=place)
    assert f"'.[{place.partition(':')[0]}]'" in caught.value.hint


@pytest.mark.parametrize("place", ["nowhere:x", "vault:", "x"])
def test_an_unknown_store_is_told_with_those_that_are_known(place: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(HUNKWISE_KEY_STORE=place)
    assert "keyring:" in caught.value.hint


def test_a_key_is_in_no_repr() -> None:
    given = provider_keys.keys({"OPENAI_API_KEY": KEY})
    chat = OpenAIChat(model="m", api_key=given[0], base_url=None, timeout_s=1)
    asked = endpoint.keyed(endpoint.endpoint(model="m", at=None), KEY)
    assert KEY not in f"{given!r} {chat!r} {vars(chat)!r} {asked!r} {asked}"


def test_an_azure_resource_never_gets_a_key_that_is_named_as_openais() -> None:
    environment = {"OPENAI_API_KEY": "one", "OPENAI_API_KEYS": "two", "OPENAI_API_KEY_FILE": "/three"}
    assert provider_keys.keys(environment, provider_keys.AZURE_VARIABLES) == ()
    environment |= {"AZURE_OPENAI_API_KEY": "four, five", "HUNKWISE_KEY_COMMAND": "false"}
    found = provider_keys.keys(environment, provider_keys.AZURE_VARIABLES)
    assert [each.get_secret_value() for each in found] == ["four", "five"]
    assert read(**environment) == ["one"]


TODAY = date(2026, 11, 25)
NOTED = """keys:
  - {id: ci, created: 2026-01-01, last_rotated: 2026-11-01, scope: chat}
  - {id: demo, created: 2026-08-01}
  - {id: old, created: 2025-01-01}
"""


def test_metadata_ages_by_the_last_rotation(tmp_path: Path) -> None:
    (tmp_path / "keys.yml").write_text(NOTED, "utf-8")
    known = key_metadata.load(str(tmp_path / "keys.yml"), TODAY)
    assert [(key.id, key.age_days, key.was_rotated) for key in known] == [
        ("ci", 24, True),
        ("demo", 116, False),
        ("old", 693, False),
    ]
    assert [key.standing(90, 180) for key in known] == [Standing.OK, Standing.DUE, Standing.OVER]


@pytest.mark.parametrize(
    "text", ["", "[", "keys: [{id: a, created: 2026-01-01, key: " + KEY + "}]", "keys: [{id: a}]", "\0", f"- {KEY}"]
)
def test_metadata_that_is_none_is_told_and_no_value_of_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys.yml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        key_metadata.load(str(tmp_path / "keys.yml"), TODAY)
    assert KEY not in f"{caught.value} {caught.value.hint}"
    with pytest.raises(ConfigurationError, match="can't be read"):
        key_metadata.load(str(tmp_path / "none.yml"), TODAY)
