"""Keys in stores of secrets, each by its own library, which is an extra: `pip install '.[vault]'`.

Each library finds its own address and credentials (VAULT_ADDR and VAULT_TOKEN, AWS and Google Cloud as they always do).
"""

import importlib
import json
from collections.abc import Callable
from types import ModuleType

from hunkwise.errors import ConfigurationError

FORMS = "keyring:SERVICE/USER, vault:MOUNT/PATH#FIELD, aws:SECRET or aws:SECRET#FIELD, gcp:projects/P/secrets/S"
"""What HUNKWISE_KEY_STORE may say."""


def read(place: str) -> str:
    """Return the text that stands at `place`; raises ConfigurationError."""
    scheme, _, rest = place.partition(":")
    if scheme not in _STORES or not rest:
        raise ConfigurationError("HUNKWISE_KEY_STORE names no place that is known", hint=f"one of {FORMS}")
    path, _, field = rest.partition("#")
    return _STORES[scheme](path, field)


def _keyring(path: str, field: str) -> str:
    del field
    library = _library("keyring", "keyring")
    errors = _library("keyring.errors", "keyring")
    service, _, user = path.rpartition("/")
    return _asked("the keyring", (errors.KeyringError,), lambda: library.get_password(service, user) or "")


def _vault(path: str, field: str) -> str:
    library = _library("hvac", "vault")
    mount, _, name = path.partition("/")

    def ask() -> str:
        versions = library.Client().secrets.kv.v2
        found = versions.read_secret_version(path=name, mount_point=mount, raise_on_deleted_version=True)
        return str(found["data"]["data"][field or "key"])

    return _asked("Vault", (library.exceptions.VaultError, OSError), ask)


def _aws(path: str, field: str) -> str:
    library = _library("boto3", "aws")
    errors = _library("botocore.exceptions", "aws")

    def ask() -> str:
        text = str(library.client("secretsmanager").get_secret_value(SecretId=path)["SecretString"])
        return str(json.loads(text)[field]) if field else text

    return _asked("AWS Secrets Manager", (errors.BotoCoreError, errors.ClientError), ask)


def _gcp(path: str, field: str) -> str:
    del field
    library = _library("google.cloud.secretmanager", "gcp")
    errors = (
        _library("google.api_core.exceptions", "gcp").GoogleAPIError,
        _library("google.auth.exceptions", "gcp").GoogleAuthError,
    )
    name = path if "/versions/" in path else f"{path}/versions/latest"

    def ask() -> str:
        answer = library.SecretManagerServiceClient().access_secret_version(request={"name": name})
        return str(answer.payload.data.decode("utf-8"))

    return _asked("Google Secret Manager", errors, ask)


_STORES: dict[str, Callable[[str, str], str]] = {"keyring": _keyring, "vault": _vault, "aws": _aws, "gcp": _gcp}


def _library(name: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigurationError(
            f"HUNKWISE_KEY_STORE needs the library {name.partition('.')[0]}",
            hint=f"it is an extra: pip install '.[{extra}]'",
        ) from error


def _asked(store: str, faults: tuple[type[Exception], ...], ask: Callable[[], str]) -> str:
    """Return what a store answers; its own words may hold a secret, so only the type of an error is told."""
    expected: tuple[type[Exception], ...] = (*faults, KeyError, ValueError, TypeError)
    try:
        return ask()
    except expected as error:
        raise ConfigurationError(f"{store} gives no key ({type(error).__name__})") from None
