"""The embedded cache and the fake of it keep to the contract; other back ends have files of their own."""

from collections.abc import Mapping
from pathlib import Path

from cache_contract import CacheContract
from fake_cache import FakeCache, Shelf
from hunkwise.adapters.answer_file import AnswerFile
from hunkwise.model.stored import Limit


class TestAnswerFile(CacheContract):
    def open(self, place: Path, limits: Mapping[str, Limit] | None = None) -> AnswerFile:
        return AnswerFile(place / "cache", limits)


class TestFake(CacheContract):
    shelves: dict[Path, Shelf] = {}  # noqa: RUF012  # a place is a test's own

    def open(self, place: Path, limits: Mapping[str, Limit] | None = None) -> FakeCache:
        return FakeCache(self.shelves.setdefault(place, Shelf()), limits)
