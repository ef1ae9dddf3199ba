"""What each stage between a model's claims and a comment does to precision and recall of planted faults.

    PYTHONPATH=tests python bench/verify.py

Faults are planted in real sources, and claimed by a scripted model among invented, misplaced, repeated and vague
claims (`tests/planted_faults.py`, where its rates stand). No model is asked, and no figure here measures one.
"""

import planted_faults

CHANGES = 60


def main() -> None:
    sums = planted_faults.measure(CHANGES)
    print("| after the stage | claims | planted found | precision | recall |\n|---|---:|---:|---:|---:|")
    for name in planted_faults.STAGES:
        each = sums[name]
        print(f"| {name} | {each.claims} | {each.found} of {each.planted} | {each.precision:.2f} | {each.recall:.2f} |")


if __name__ == "__main__":
    main()
