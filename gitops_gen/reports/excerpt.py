"""One line of a file as a terminal shows it, and where on the screen a column of it stands."""

from gitops_gen.reports.printable import BRACKET, find_commands, show_character

LIMIT = 100
"""Cells of a line that are shown; a longer one is cut."""
_BEFORE = 60
"""Cells before the column that stay when a line is cut."""
_TAB = 4
_CUT = "…"


def cut_excerpt(line: str, column: int) -> tuple[str, int]:
    """What is shown of `line`, and how many cells of that stand before `column`.

    Columns count from 1; one beyond the line is its end.
    """
    index = min(max(column, 1) - 1, len(line))
    start, end = max(0, index - LIMIT), min(len(line), index + LIMIT)
    pieces, widths = _lay_out(line[start:end])
    if start > 0 or end < len(line) or sum(widths) > LIMIT:
        first = last = index - start
        before = 0
        while first > 0 and before + widths[first - 1] <= _BEFORE:
            first -= 1
            before += widths[first]
        after = before
        while last < len(pieces) and after + widths[last] <= LIMIT:
            after += widths[last]
            last += 1
    else:
        first, last, before = 0, len(pieces), sum(widths[:index])
    left = _CUT if start + first > 0 else ""
    right = _CUT if start + last < len(line) else ""
    return left + "".join(pieces[first:last]) + right, len(left) + before


def _lay_out(text: str) -> tuple[list[str], list[int]]:
    """For each character what is shown for it and how many cells that takes."""
    pieces: list[str] = []
    widths: list[int] = []
    commands = find_commands(text)
    position = 0
    for index, character in enumerate(text):
        if character == "\t":
            piece = " " * (_TAB - position % _TAB)
        elif index in commands:
            piece = BRACKET
        else:
            piece = show_character(character)
        width = len(piece) if piece.isascii() else _measure(piece)
        pieces.append(piece)
        widths.append(width)
        position += width
    return pieces, widths


def _measure(character: str) -> int:
    """Cells of one character that is not ASCII."""
    import unicodedata  # noqa: PLC0415 - a shared library, for the few lines that need it

    if unicodedata.category(character) in {"Mn", "Me"} or "\u1160" <= character <= "\u11ff":
        return 0  # a mark on the character before it; the later letters of a Hangul syllable
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
