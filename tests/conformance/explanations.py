"""The differences that are meant, each with its reason: the lines of explained.tsv."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.walker import Difference

FILE = Path(__file__).with_name("explained.tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why some differences are right; `*` stands for any text."""

    schema: str
    path: str
    aspect: str
    reason: str

    def fits(self, schema: str, difference: Difference) -> bool:
        """Whether it explains a difference of one schema."""
        texts = (schema, self.schema), (difference.path, self.path), (difference.aspect, self.aspect)
        return all(pattern == "*" or _matches(pattern, text) for text, pattern in texts)


def read_explanations() -> list[Explanation]:
    """All explanations."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Explanation(**row) for row in csv.DictReader(file, delimiter="\t")]


def sort_out(
    differences: dict[str, list[Difference]], explanations: Iterable[Explanation]
) -> tuple[dict[Explanation, int], list[str]]:
    """How many differences each explanation fits, and those that none fits; the differences stand under a schema."""
    counts = dict.fromkeys(explanations, 0)
    unexplained = []
    for schema, found in differences.items():
        for difference in found:
            fitting = [one for one in counts if one.fits(schema, difference)]
            for one in fitting:
                counts[one] += 1
            if not fitting:
                unexplained.append(f"{schema}: {describe(difference)}")
    return counts, unexplained


def describe(difference: Difference) -> str:
    """A difference in one line."""
    where = difference.path or "the object"
    return f"{where}: {difference.aspect}: upstream {difference.upstream}, ours {difference.ours}"


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
