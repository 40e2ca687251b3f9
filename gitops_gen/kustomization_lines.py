"""A kustomization.yaml edited by whole lines: what an edit does not touch stays as it is, byte for byte.

A round trip through a YAML library moves a comment that stands between two lists along with the first of them; here it
stays above the second.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from gitops_gen.checks.yaml_reader import ReadFile, read_yaml
from gitops_gen.errors import ConfigError
from gitops_gen.render.quoting import scalar
from gitops_gen.yamlio import load_round_trip

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# YAML 1.1 counts these as line breaks, an editor does not: the two would number lines differently.
_ODD_BREAK = re.compile("[\x85\u2028\u2029]|\r(?!\n)")
_KEY = r"({0}|'{0}'|\"{0}\")[ ]*:(?=\s|$)"
_DASH = re.compile(r"( *)-(?= |\r?\n|$)")
_DOCUMENT_END = re.compile(r"(---|\.\.\.)\s")


class _Section(NamedTuple):
    """A key at the top and what stands below it; the comments in front of the next key are not part of it."""

    start: int
    end: int


class KustomizationLines:
    """The lines of a kustomization.yaml; each edit gives the whole text anew."""

    def __init__(self, text: str, *, path: str = "kustomization.yaml") -> None:
        """Read `text`.

        Raises:
            ConfigError: it is not YAML, not a mapping, or not laid out in lines.
        """
        self.path = path
        if _ODD_BREAK.search(text) or text.startswith("\ufeff"):
            raise self._refuse("has a byte order mark or unusual line breaks")
        data = load_round_trip(text, path=path)
        if not isinstance(data, CommentedMap) or not data or data.fa.flow_style():
            raise self._refuse("is not a mapping with a key on each line")
        self.text = text
        self.data: CommentedMap = data
        self._break = "\r\n" if "\r\n" in text else "\n"
        self._lines = _LINE.findall(text)
        self._lines[-1] = self._lines[-1].rstrip("\r\n") + self._break
        self._sections = self._find_sections()

    def is_flow(self, key: str) -> bool:
        """Whether the value stands in brackets."""
        value = self.data[key]
        return isinstance(value, CommentedMap | CommentedSeq) and bool(value.fa.flow_style())

    def find_indent(self, key: str = "") -> int:
        """How far the dashes of a list stand in; without `key`, those of the first list that has any."""
        keys = [key] if key else list(self.data)
        filled = (k for k in keys if isinstance(self.data[k], CommentedSeq) and self.data[k] and not self.is_flow(k))
        return next((self._find_items(k)[1] for k in filled), 0)

    def read_value(self, key: str) -> str:
        """What stands on the key's own line, behind the colon."""
        line: str = self._lines[self._sections[key].start]
        return line[self._match_key(key, line).end() :].strip()

    def read_body(self, key: str) -> list[str]:
        """The lines below the key's own."""
        section = self._sections[key]
        return self._lines[section.start + 1 : section.end]

    def read_items(self, key: str) -> list[list[str]]:
        """The lines of each item of a list, with the comments behind it; comments before the first come first."""
        section = self._sections[key]
        starts = [*self._find_items(key)[0], section.end]
        head = self._lines[section.start + 1 : starts[0]]
        items = [self._lines[start:end] for start, end in pairwise(starts)]
        return [head + items[0], *items[1:]]

    def rename(self, key: str, new: str, body: Sequence[str] | None = None, *, value: str | None = None) -> str:
        """The text with another name for a key; with `body` other lines below it, with `value` another value."""
        section = self._sections[key]
        line = self._lines[section.start]
        rest = line[self._match_key(key, line).end() :] if value is None else f" {value}".rstrip()
        below = self.read_body(key) if body is None else body
        return self._splice(section.start, section.end, [f"{new}:{rest}", *below])

    def remove(self, key: str, *, comments: bool = True) -> tuple[str, list[str]]:
        """The text without a key and its lines; with `comments` also without those right above it, which it gives.

        Raises:
            ConfigError: nothing would be left.
        """
        if len(self._sections) == 1:
            raise self._refuse(f"has nothing but `{key}`")
        section = self._sections[key]
        lead = section.start
        first = min(other.start for other in self._sections.values())
        if comments and section.start != first:  # above the first key they are about the whole file
            while self._lines[lead - 1].startswith("#"):
                lead -= 1
        above, below = self._lines[:lead], self._lines[section.end :]
        gap = [] if above and above[-1].strip() else below  # of blank lines on both sides one is enough
        blank = bool(gap) and not gap[0].strip()
        at_end = not below and bool(above) and not above[-1].strip()
        return self._splice(lead - at_end, section.end + blank, []), self._lines[lead : section.start]

    def insert_items(self, key: str, items: Sequence[str], at: int | None = None) -> str:
        """The text with more lines in a list, to be its item `at`, from 0; behind the last item without `at`."""
        starts, _ = self._find_items(key)
        place = self._sections[key].end if at is None or at >= len(starts) else starts[at]
        while at and starts[at - 1] + 1 < place and self._lines[place - 1].lstrip(" ").startswith(("#", "\r", "\n")):
            place -= 1  # a comment above an item stays above it
        return self._splice(place, place, items)

    def insert_key(self, lines: Sequence[str], behind: Sequence[str]) -> str:
        """The text with a key more, behind the last of the keys `behind`; at the end if there is none of them."""
        ends = [section.end for key, section in self._sections.items() if key in behind]
        place = max(ends or (section.end for section in self._sections.values()))
        return self._splice(place, place, lines)

    def expand(self, key: str) -> str:
        """The text with a list of texts that stands in brackets written with dashes, one item a line.

        Raises:
            ConfigError: there is more in it than texts, or it is spread over several lines.
        """
        section, value = self._sections[key], self.data[key]
        if section.end != section.start + 1 or "#" in self._lines[section.start]:
            raise self._refuse(f"has a list over several lines, or with a comment, under `{key}`")
        if not all(isinstance(item, str) for item in value):
            raise self._refuse(f"has more than texts in the list under `{key}`")
        pad = " " * self.find_indent()
        return self.rename(key, key, [f"{pad}- {scalar(str(item))}" for item in value], value="")

    def _splice(self, start: int, end: int, lines: Sequence[str]) -> str:
        new = [line.rstrip("\r\n") + self._break for line in lines]
        return "".join([*self._lines[:start], *new, *self._lines[end:]])

    def _find_sections(self) -> dict[str, _Section]:
        starts: dict[str, int] = {}
        for key in self.data:
            line, column = self.data.lc.key(key)
            if column != 0 or not isinstance(key, str):
                raise self._refuse("has a key that does not stand at the beginning of its line")
            self._match_key(key, self._lines[line])
            starts[key] = line
        order = sorted(starts, key=lambda key: starts[key])
        last = range(starts[order[-1]] + 1, len(self._lines))
        close = next((n for n in last if _DOCUMENT_END.match(self._lines[n])), len(self._lines))
        ends = [*(starts[key] for key in order[1:]), close]
        return {key: self._trim(starts[key], end) for key, end in zip(order, ends, strict=True)}

    def _trim(self, start: int, end: int) -> _Section:
        while end > start + 1 and (not self._lines[end - 1].strip() or self._lines[end - 1].startswith("#")):
            end -= 1
        return _Section(start, end)

    def _find_items(self, key: str) -> tuple[list[int], int]:
        """The line of each item's dash, and how far the dashes stand in."""
        value = self.data[key]
        if not isinstance(value, CommentedSeq) or not value or self.is_flow(key):
            raise self._refuse(f"has no list with dashes under `{key}`")
        starts = [value.lc.item(number)[0] for number in range(len(value))]
        found = [_DASH.match(self._lines[line]) for line in starts]
        indents = {len(match[1]) if match else -1 for match in found}
        if len(indents) != 1 or -1 in indents:
            raise self._refuse(f"has a list without a dash on each item's line under `{key}`")
        return starts, indents.pop()

    def _match_key(self, key: str, line: str) -> re.Match[str]:
        found = re.match(_KEY.format(re.escape(key)), line)
        if found is None:
            raise self._refuse(f"has the key `{key}` written in an odd way")
        return found

    def _refuse(self, what: str) -> ConfigError:
        return ConfigError(f"{self.path} {what}: it cannot be edited line by line", hint="edit it by hand")


def indent_lines(lines: Sequence[str], by: int) -> list[str]:
    """`lines` moved to the right by `by` columns, to the left if that is negative; a blank line stays as it is."""

    def move(line: str) -> str:
        room = len(line) - len(line.lstrip(" "))
        return line if not line.strip() else " " * by + line if by >= 0 else line[min(room, -by) :]

    return [move(line) for line in lines]


def read_one(text: str) -> Any:  # noqa: ANN401 - YAML is any value
    """The one document in `text` as kustomize reads it; None if there is none or another, or something is wrong."""
    read = read_yaml(text.encode())
    return read.documents[0] if len(read.documents) == 1 and is_sound(read) else None


def is_sound(read: ReadFile) -> bool:
    """Whether nothing is wrong with a text but its line ends."""
    return all(problem.code == "line-ends" for problem in read.problems)
