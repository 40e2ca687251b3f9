"""Untrusted text on a terminal and in the log of a build: no escape sequence and no command gets through."""


def show_character(character: str) -> str:
    """The character, or its escape where it could move a cursor, change a colour or hide."""
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def show_text(text: str) -> str:
    """`text` with escapes for all that cannot be seen, but for line breaks."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(c if c == "\n" else show_character(c) for c in text)


def show_line(text: str) -> str:
    """`text` on one line: breaks are spaces, what cannot be seen is an escape, nothing in it is a command."""
    if not text.isprintable():
        text = show_text(" ".join(line.strip() for line in text.splitlines()))
    return replace_brackets(text, BRACKET)


def show_path(path: str) -> str:
    """`path` for the start of a line with a colon behind it: `::` there would be a command in GitHub's logs."""
    shown = show_line(path)
    return f"./{shown}" if shown.lstrip().startswith(":") else shown


BRACKET = "\\x5b"
"""How the bracket of a command is written."""


def replace_brackets(text: str, bracket: str) -> str:
    """`text` with `bracket` for the `[` of commands."""
    if "##" not in text:
        return text
    characters = list(text)
    for index in find_commands(text):
        characters[index] = bracket
    return "".join(characters)


def find_commands(text: str) -> list[int]:
    """Where the `[` of `##[…]`, `##vso[…]` and their like stands: some build logs obey them in the middle of a line."""
    found = []
    start = text.find("##")
    while start >= 0:
        end = start + 2
        while text[end : end + 1].isalnum():
            end += 1
        if text[end : end + 1] == "[":
            found.append(end)
        start = text.find("##", start + 1)
    return found
