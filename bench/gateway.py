"""How close the gateway comes to the ideal schedule, how soon a finding shows, how few requests a narrow limit costs.

    PYTHONPATH=tests python bench/gateway.py

A loopback server answers after three seconds, or streams for three seconds; no model is asked. The SDK's import (half a
second, once in a process) is done before the clock starts.
"""

import json
import threading
import time
from math import ceil
from typing import Any

import gateway_stage as stage
import loopback_streams as streams
import narrow_gate
from hunkwise.core.partial import findings_so_far
from loopback_answers import Answer
from loopback_model import LoopbackModel
from narrow_gate import Gate

CHUNKS, ANSWER_S = 60, 3.0
LOADS = ((60, 16), (60, 8), (16, 16))


def main() -> None:
    with LoopbackModel(lambda body, _: stage.finds_one(body)) as server:
        stage.reviewed(stage.diff(1), [stage.chat(server)])
    print("| chunks | pool | ideal s | took s | ratio |\n|---:|---:|---:|---:|---:|")
    for chunks, pool in LOADS:
        ideal = ceil(chunks / pool) * ANSWER_S
        took = schedule(chunks, pool)
        print(f"| {chunks} | {pool} | {ideal:.1f} | {took:.2f} | {took / ideal:.2f} |")
    print("\n| 100 chunks, 20 a minute admitted, pool 64 | requests | refused |\n|---|---:|---:|")
    for tells, asks_to_wait in ((True, True), (True, False), (False, True), (False, False)):
        for slides in (False, True):
            window = "any minute" if slides else "each minute"
            told = f"{'limits' if tells else 'no limits'} told, {'' if asks_to_wait else 'no '}Retry-After, {window}"
            gate = Gate(tells=tells, slides=slides, asks_to_wait=asks_to_wait)
            passed = narrow_gate.through(gate, 100, 64)
            if len(passed.report.findings) != 100:
                raise RuntimeError("the review is not whole")
            print(f"| {told} | {passed.sent} | {passed.refused} |")
    runs = sorted((first_finding() for _ in range(5)), key=lambda run: run[1])
    own, shown = runs[2]
    print(f"\nfirst finding of the first answer: in its stream after {own:.2f} s, shown after {shown:.2f} s,", end=" ")
    print(f"ratio {shown / own:.2f}")


def schedule(chunks: int, pool: int) -> float:
    """Return the seconds of a review whose answers take three each."""
    with LoopbackModel(lambda body, _: stage.finds_one(body).late(ANSWER_S)) as server:
        started = time.perf_counter()
        report = stage.reviewed(stage.diff(chunks), [stage.chat(server)], clock=stage.FastClock(1.0), max_parallel=pool)
        took = time.perf_counter() - started
    if len(report.findings) != chunks:
        raise RuntimeError("the review is not whole")
    return took


def first_finding() -> tuple[float, float]:
    """Return the seconds after which the first finding is whole in its stream, and after which it is shown."""
    told = threading.Event()
    own: list[float] = []
    started = shown = 0.0

    def script(body: dict[str, Any], index: int) -> Answer:
        del index
        streamed = streams.of_completion(stage.finds_one(body), body)
        events = streams.chunks_of(streamed)
        pace_s = ANSWER_S / len(events)
        own.append(pace_s * _whole_after(events))
        return streamed.paced(pace_s)

    def say(text: str) -> None:
        nonlocal started, shown
        if text.startswith("asking"):
            started = time.perf_counter()
        elif text.startswith("candidate") and not told.is_set():
            shown = time.perf_counter() - started
            told.set()

    with LoopbackModel(script) as server:
        stage.reviewed(stage.diff(16), [stage.chat(server)], clock=stage.FastClock(1.0), max_parallel=16, say=say)
    return own[0], shown


def _whole_after(events: list[dict[str, Any]]) -> int:
    """Return how many events it takes until a finding is whole."""
    text = ""
    for number, event in enumerate(events):
        text += (event["choices"][0]["delta"].get("content") or "") if event["choices"] else ""
        if findings_so_far(text):
            return number
    raise AssertionError(json.dumps(text))


if __name__ == "__main__":
    main()
