"""The parser of Go's templates: what it takes and refuses is what Go 1.26 does with the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_gen.checks.go_template import find_template_problems

FUNCTIONS = {"default", "normalize", "humanize"}
ACCEPTED = [
    "no template at all }}",
    "{{ .path.basename }}-{{ .cluster }}",
    "{{- .a -}} {{/* a comment */}} {{- /* another */ -}}",
    '{{ if and .a (not .b) }}x{{ else if eq .c "d" }}y{{ else }}z{{ end }}',
    "{{ range $i, $x := .items }}{{ if $i }}{{ continue }}{{ end }}{{ $x.name }}{{ break }}{{ end }}",
    "{{ range $x := .items }}{{ else }}none{{ end }}",
    "{{ with $y := .a }}{{ $y }}{{ else with .b }}{{ . }}{{ end }}",
    '{{ define "x" }}{{ . }}{{ end }}{{ template "x" . }}{{ template "x" }}{{ block "y" .a }}{{ end }}',
    '{{ define "x" }} {{ end }}{{ define "x" }}filled{{ end }}',
    "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
    "{{ (index .a 0).b.c | printf `%s` | normalize }}",
    r"""{{ print 0x1F 0b10 0o7 1_000 1.5e3 0x1p-2 3i 1+2i 'a' '\n' '\x41' "\u00e9" `raw` nil true }}""",
    '{{ printf "%d" -9223372036854775808 18446744073709551615 }}',
    "{{ .x | }}",
    "{{ normalize.field }}",
    "{{ .größe }}",
    "{{ $ }}{{ . }}",
]
REFUSED = [
    ("{{ .a", 0, "{{ is not closed with }}"),
    ("text {{ .a }", 11, "'}' has no place behind a value"),
    ("{{ path.basename }}", 3, "there is no function 'path'"),
    ("{{ .a | upcase }}", 8, "there is no function 'upcase'"),
    ("{{ $x }}", 3, "the variable $x is not set"),
    ("{{ if .a }}{{ $x := 1 }}{{ end }}{{ $x }}", 36, "the variable $x is not set"),
    ('{{ $x := 1 }}{{ define "d" }}{{ $x }}{{ end }}', 32, "the variable $x is not set"),
    ("{{ if .a }}", 3, "{{if}} has no {{end}}"),
    ("{{ if }}x{{ end }}", 6, "there is nothing in {{if}}"),
    ("{{ end }}", 3, "{{end}} closes nothing"),
    ("{{ else }}", 3, "{{else}} stands outside"),
    ("{{ if .a }}{{ else }}{{ else }}{{ end }}", 24, "{{if}} has a second {{else}}"),
    ("{{ range .a }}{{ else if .b }}{{ end }}", 22, "{{range}} goes on with {{else if}}"),
    ("{{ break }}", 3, "{{break}} stands outside of a {{range}}"),
    ('{{ range .a }}{{ block "b" . }}{{ break }}{{ end }}{{ end }}', 34, "{{break}} stands outside"),
    ('{{ if .a }}{{ define "x" }}{{ end }}{{ end }}', 14, "the keyword define has no place"),
    ('{{ define "x" }}1{{ end }}{{ define "x" }}2{{ end }}', 29, "the template 'x' is defined twice"),
    ("{{ template x }}", 12, "{{template}} needs a name in quotes"),
    ("{{ /* no comment */ }}", 3, "'/' has no place"),
    ("{{/* not closed", 0, "a comment is not closed"),
    ("{{ (.a }}", 7, "a '(' is not closed"),
    ("{{ .a) }}", 5, "there is a ')' without"),
    ("{{ print () }}", 10, "there is nothing in parentheses"),
    ("{{ .a | 1 }}", 8, "1 takes no value from a pipe"),
    ("{{ nil.x }}", 6, "nil has no fields"),
    ('{{ "a""b" }}', 6, "has no place behind a value"),
    ('{{ "a }}', 3, "a quoted text is not closed"),
    ("{{ `a }}", 3, "a raw text is not closed"),
    (r'{{ "\q" }}', 3, "an escape is wrong"),
    ("{{ 'ab' }}", 3, "a character too many"),
    (r'{{ "\ud800" }}', 3, "an escape is wrong"),
    ("{{ 18446744073709551616 }}", 3, "is no number"),
    ("{{ 089 }}", 3, "is no number"),
    ("{{ 1e999 }}", 3, "is no number"),
    ("{{ 0x1p99999 }}", 3, "is no number"),
    ("{{ 1__0 }}", 3, "is no number"),
    ("{{-3 }}{{-a }}", 9, "is no number"),
    ("{{ .a-b }}", 3, "'.a' is followed by '-'"),
    ("{{ .a² }}", 3, "has a character that no name has"),
    ("{{ $x, $y := .a }}", 5, "too many variables are set"),
    ("{{ range $x, .y := .a }}{{ end }}", 13, "{{range}} can only set variables"),
    ("{{ 1 : 2 }}", 5, "':' stands alone"),
    ("{{ .a \x01 }}", 6, "has no place in an action"),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_go_parses_is_taken(text: str) -> None:
    assert find_template_problems(text, FUNCTIONS) == []


@pytest.mark.parametrize(("text", "offset", "words"), REFUSED)
def test_what_go_refuses_is_told_with_its_place(text: str, offset: int, words: str) -> None:
    [problem] = find_template_problems(text, FUNCTIONS)
    assert problem.offset == offset
    assert words in problem.message


def test_unknown_names_do_not_end_the_search() -> None:
    problems = find_template_problems("{{ a .b }}{{ $c }}{{ end }}", FUNCTIONS)
    assert [problem.message for problem in problems] == [
        "there is no function 'a'",
        "the variable $c is not set",
        "{{end}} closes nothing",
    ]


def test_variables_may_be_given() -> None:
    assert (
        find_template_problems("{{ $labels.instance }} {{ $value | humanize }}", FUNCTIONS, {"labels", "value"}) == []
    )


def test_what_nobody_writes_is_not_judged() -> None:
    assert find_template_problems("{{" + "(" * 5000 + ")" * 4999 + "}}", ()) == []
    assert find_template_problems("{{ a }}" * 20_000, ()) == []


WORDS = "{{ }} {{- -}} ( ) if else end range with define . .a $x := , | \" ` ' \\ 1 nil é"


@given(st.lists(st.sampled_from(WORDS.split())), st.sampled_from(["", " ", "\n"]))
def test_any_text_is_taken_apart(words: list[str], between: str) -> None:
    text = between.join(words)
    assert all(0 <= problem.offset <= len(text) for problem in find_template_problems(text, ()))
