"""Turn text into a vector without any model: words, pairs of words and runs of characters, hashed.

It tells texts that share their words and spellings from those that don't, which is enough to find what was asked
before in nearly the same words and to choose examples. It knows nothing of meaning, and can't tell a bug from its fix.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from hunkwise.core import vectors

SPACE = "ngrams-1"
"""Changes whenever the vector of any text does."""

DIMENSIONS = 512
"""Numbers of a vector. One changed word leaves 95 of 100 hunks above 0.97; at 256 some fall to 0.65, at 512 to 0.78."""

GRAM_CHARS = 4
"""Characters of a run: long enough to be rare, short enough to survive an ending."""

GRAM_WEIGHT = 0.5
"""What a run counts against a word: there are several to each word, and they say the same."""

MAX_CHARS = 100_000
"""Characters of a text that are looked at."""

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")


def vector(text: str) -> tuple[float, ...]:
    """Return the vector of `text`, of length 1; signs are drawn with the place, so that chance meetings cancel out."""
    values = [0.0] * DIMENSIONS
    for feature, weight in _features(text[:MAX_CHARS]):
        drawn = zlib.crc32(feature.encode("utf-8", "surrogatepass"))
        values[drawn % DIMENSIONS] += weight if drawn >> 31 else -weight
    return vectors.unit(values)


def _features(text: str) -> Iterator[tuple[str, float]]:
    """Return the features of a text and their weights; what stands often in it counts a little more, not as often."""
    words = _WORD.findall(_CAMEL.sub(" ", text).lower())
    joined = " ".join(words)
    starts = range(max(1, len(joined) - GRAM_CHARS + 1))
    grams = Counter(joined[start : start + GRAM_CHARS] for start in starts)
    named = Counter([*(f"w {word}" for word in words), *(f"p {one} {two}" for one, two in pairwise(words))])
    for feature, times in named.items():
        yield feature, 1.0 + math.log(times)
    for gram, times in grams.items():
        yield f"c {gram}", GRAM_WEIGHT * (1.0 + math.log(times))
