"""`hunkwise cache`."""

import base64
import json
import os
from collections.abc import Sequence
from typing import Any

import click

from hunkwise.bootstrap import gate, stores
from hunkwise.core import lifetimes, sanitise
from hunkwise.errors import StoreError, UsageError
from hunkwise.model.stored import UNUSABLE, PoolState, Stored
from hunkwise.ports import Cache
from hunkwise.render import figures


@click.group()
def command() -> None:
    """Look after stored answers: info, clear, export."""


@command.command()
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="What is written.")
def info(style: str) -> None:
    """Tell what each pool holds: answers, bytes, age of the oldest, share of look-ups that were hits."""
    cache = _opened()
    states = cache.info()
    _done(cache)
    if style == "json":
        click.echo(json.dumps({"pools": {state.pool: _values(state) for state in states}}, indent=2))
        return
    for line in _lines(states):
        click.echo(line)


@command.command()
@click.option("--pool", help="The pool to forget; all by default.")
def clear(pool: str | None) -> None:
    """Forget stored answers."""
    if pool is not None and pool not in lifetimes.LIFETIMES:
        raise UsageError(f"--pool: there is no pool {pool}", hint=f"one of {', '.join(sorted(lifetimes.LIFETIMES))}")
    cache = _opened()
    gone = cache.clear(pool)
    _done(cache)
    click.echo(f"{figures.plural(gone, 'answer')} forgotten")


@command.command()
def export() -> None:
    """Write all stored answers to standard output, one JSON object a line; values as they are sealed, in base64."""
    cache = _opened()
    for stored in cache.export():
        click.echo(json.dumps(_exported(stored)))
    _done(cache)


def _opened() -> Cache:
    return stores.existing(stores.at_home(os.environ))


def _done(cache: Cache) -> None:
    """Tell what is to be told; raises StoreError where what was done, or read, is not all that was wanted."""
    cache.close()
    failed = [notice for notice in cache.told() if notice.code in UNUSABLE]
    for notice in cache.told():
        if notice not in failed:
            click.echo(f"hunkwise: {gate.told(notice.text)}", err=True)
    if failed:
        raise StoreError(" ".join(sanitise.line(notice.text) for notice in failed))


def _values(state: PoolState) -> dict[str, Any]:
    return {
        "entries": state.entries,
        "bytes": state.bytes,
        "oldest_s": None if state.oldest_s is None else round(state.oldest_s, 1),
        "hits": state.hits,
        "misses": state.misses,
    }


def _lines(states: Sequence[PoolState]) -> list[str]:
    if not states:
        return ["no answer is stored"]
    rows: list[tuple[str, ...]] = [("pool", "answers", "bytes", "oldest", "hits", "misses", "hit rate")]
    for state in states:
        looked = state.hits + state.misses
        oldest = figures.UNKNOWN if state.oldest_s is None else figures.age(state.oldest_s)
        rate = f"{100 * state.hits / looked:.0f}%" if looked else figures.UNKNOWN
        counts = (f"{each:,}" for each in (state.entries, state.bytes))
        rows.append((sanitise.line(state.pool), *counts, oldest, f"{state.hits:,}", f"{state.misses:,}", rate))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(_cell(each, width) for each, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(text: str, width: int) -> str:
    return text.ljust(width) if text.isalpha() else text.rjust(width)


def _exported(stored: Stored) -> dict[str, Any]:
    return {
        "pool": stored.pool,
        "key": stored.key,
        "created_at": stored.created_at,
        "expires_at": stored.expires_at,
        "value": base64.b64encode(stored.value).decode(),
        "space": stored.vector.space if stored.vector else None,
    }
