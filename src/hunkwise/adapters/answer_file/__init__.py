"""Answers kept from review to review, in a SQLite file that several processes share."""

from hunkwise.adapters.answer_file.store import AnswerFile

__all__ = ["AnswerFile"]
