"""docs/rules, made from the rules' docstrings and cases, so that a page shows what the rule really finds."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import product
from pathlib import Path

from gitops_gen.checks.catalogue import BY_ENVIRONMENT, SUBJECTS, find_rule, load_rules
from gitops_gen.checks.rule import Rule
from gitops_gen.findings import CheckResult, Finding
from gitops_gen.reports.findings import render_findings
from tests.cases_runner import Case, check_case, list_cases, unmark

TITLES = {
    "FILE": "Files that cannot be read",
    "YAML": "Text",
    "SCHEMA": "Objects and their fields",
    "CONFIG": "The program's own settings",
    "KUST": "Kustomizations and what they build",
    "PIN": "Images and models, pinned",
    "EVIDENCE": "Evidence of a promotion",
    "ONLINE": "What MLflow and the registry say (`--online`)",
    "SELDON": "SeldonDeployments, and what Seldon Core 2 has in their place",
    "ARGOCD": "Argo CD: Applications, ApplicationSets, AppProjects and annotations",
    "SAFETY": "What pods, roles and Applications may do",
    "SECRET": "Credentials in files",
    "REF": "What one object says of another",
    "PROM": "Prometheus: rules, monitors, routes of alerts",
    "GRAFANA": "Grafana: dashboards and data sources",
    "DEVFILE": "Devfiles",
    "EVENTS": "Argo Events",
    "KINDS": "Values of custom kinds that their operators know",
    "KUBE": "What the API server asks of pods, Services and other native kinds",
    "WAIVER": "Waivers",
}
"""What the rules of a subject are about."""
MADE = """<!-- Made from the rule's docstring and cases: edit those, then run
     GITOPS_GEN_UPDATE_GOLDENS=1 python -m pytest tests/integration/test_rule_pages.py -->
"""
INDEX = f"""# Rules

{MADE}
What `gitops-gen validate` looks for. Behind each finding stands the id of its rule; `gitops-gen validate --explain
RULE` says what its page says, and `--explain SUBJECT` lists the rules of a subject.

- An **error** is something that fails, or does silently what nobody wants. A **warning** is something that will fail,
  or that could not be checked; it counts with `--fail-on warning`. An **info** never counts.
- In a repository without gitops-gen.yaml, one that this program did not write, the errors of PIN are warnings, and
  rules on what lands together in an environment have nothing to go by.
- `validate.rules` in gitops-gen.yaml turns a rule off, or gives its findings another severity.
- `--skip` and `--only` take rules (`PIN001`), subjects (`PIN`) and kinds (`ConfigMap`).
- `# gitops-gen: ignore[RULE] reason` on the line of a finding, or on a line of its own right above it, waives it there.
- A baseline (`--write-baseline`) keeps what an existing repository has for later; only what is new counts then.
"""
WHOLE = 40
"""Lines of an example that is shown whole; of a longer one the part that matters."""
_AROUND = 6
_WIDTH = 160
_MARK = re.compile(r"[ \t]*(#|//) here[ \t]*$")
_STEPS = {
    "link": "`{}` is a link to `{}`.",
    "size": "`{}` is filled up with empty lines to {} bytes.",
    "encode": "`{}` is saved as `{}`.",
    "crlf": "`{}` is saved with the line ends of Windows (CRLF).",
    "bytes": "`{}` goes on with the bytes (hexadecimal) `{}`.",
    "mode": "`{}` has the permissions `{}`.",
    "pipe": "`{}` is a named pipe.",
}


def list_pages() -> list[str]:
    """The name of each page."""
    return ["README.md", *(f"{rule.id}.md" for module in SUBJECTS.values() for rule in load_rules(module))]


def render_page(name: str, folder: Path) -> str:
    """The page of that name; a case is laid out in the empty `folder`."""
    rule = find_rule(name.removesuffix(".md"))
    return _render_index() if rule is None else _render_rule(rule, folder)


def _render_index() -> str:
    lines = [INDEX]
    for subject, module in SUBJECTS.items():
        lines += [f"## {TITLES[subject]}", "", "| Rule | Severity | What holds |", "|---|---|---|"]
        lines += (f"| [{r.id}]({r.id}.md) | {r.severity} | {_escape(r.title)} |" for r in load_rules(module))
        lines.append("")
    return "\n".join(lines)


def _render_rule(rule: Rule, folder: Path) -> str:
    cases = [case for case in list_cases() if case.rule == rule.id]
    bad, good = _choose_pair(cases)
    paragraphs = rule.help.split("\n")
    fixes = [paragraph for paragraph in paragraphs if paragraph.startswith("Fix:")]
    blocks = [
        f"# {rule.id}: {_escape(rule.title)}",
        MADE.rstrip(),
        f"Severity: **{rule.severity}**{_tell_of_softening(rule)} · {TITLES[rule.subject]} · [All rules](README.md)",
        *(_render_paragraph(paragraph) for paragraph in paragraphs if paragraph not in fixes),
        "## Bad",
        *_show_example(bad, good),
        "It says:",
        _fence("text", _render_findings(rule, bad, folder)),
        "## Good",
        *_show_example(good, bad),
        "## How to mend it",
        *(_capitalize(fix.removeprefix("Fix:").strip()) for fix in fixes),
        *_tell_of_others(rule, [case for case in cases if case.is_bad and case != bad], folder),
        _tell_the_way_round(rule),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _choose_pair(cases: Sequence[Case]) -> tuple[Case, Case]:
    """A bad and a good example: short, with a mark, and much like each other."""
    bad = [case for case in cases if case.is_bad]
    pairs = product([case for case in bad if case.places] or bad, [case for case in cases if not case.is_bad])
    return max(pairs, key=_rate)


def _rate(pair: tuple[Case, Case]) -> float:
    first, second = (
        b"\n".join(unmark(content) for _, content in sorted(case.files.items())).decode("utf-8", "replace").split("\n")
        for case in pair
    )
    shown = [(case, name) for case, other in (pair, pair[::-1]) for name in _choose_files(case, other)]
    length = sum(case.files[name].count(b"\n") for case, name in shown)
    return SequenceMatcher(None, first, second).ratio() - length / 100 - len(shown) / 10


def _render_paragraph(paragraph: str) -> str:
    head, colon, rest = paragraph.partition(":")
    return f"**{head}:** {_capitalize(rest.strip())}" if colon and head == "Why" else paragraph


def _show_example(case: Case, other: Case) -> Iterator[str]:
    """The files that matter, cut to what matters in them."""
    like = _liken(case, other)
    shown = _choose_files(case, other)
    size = sum(len(case.files[name].split(b"\n")) for name in shown)
    for verb, name, *values in case.steps:
        yield _STEPS[verb].format(name, *(f"{int(v):,}" if verb == "size" else v for v in values))
    for name in shown:
        lines = case.files[name].decode("utf-8", "replace").rstrip("\n").split("\n")
        if size > WHOLE:
            lines = _cut(lines, like.get(name, b"").decode("utf-8", "replace").split("\n"))
        if case.path.is_dir():
            yield f"`{name}`:"
        yield _fence(_name_language(name), "\n".join(_show_line(line) for line in lines))
    beside = [name for name in case.files if name not in shown]
    if beside:
        yield f"Beside it: {', '.join(f'`{name}`' for name in beside)}."


def _liken(case: Case, other: Case) -> dict[str, bytes]:
    """What the other example has in place of each file."""
    if other.path.is_dir():
        return {name: unmark(content) for name, content in other.files.items()}
    return dict.fromkeys(case.files, unmark(next(iter(other.files.values()))))


def _choose_files(case: Case, other: Case) -> list[str]:
    """Those with a mark, and those that the other example has otherwise or not at all; else all of them."""
    like = _liken(case, other)
    marked = {path for path, _ in case.places}
    shown = [name for name, content in case.files.items() if name in marked or like.get(name) != unmark(content)]
    return shown or [step[1] for step in case.steps if step[1] in case.files] or list(case.files)


def _cut(lines: Sequence[str], other: Sequence[str]) -> list[str]:
    """The lines around marks; where there are none, around what the other example has otherwise."""
    wanted = {number for number, line in enumerate(lines) if _MARK.search(line)}
    if not wanted:
        plain = [_MARK.sub("", line) for line in other]
        matcher = SequenceMatcher(None, plain, lines, autojunk=False)
        for operation, _, _, start, end in matcher.get_opcodes():
            if operation != "equal":
                wanted |= set(range(start, max(end, start + 1)))
    near = {n for number in wanted for n in range(number - _AROUND, number + _AROUND + 1) if 0 <= n < len(lines)}
    kept: list[str] = []
    for number, line in enumerate(lines):
        if number in near:
            kept.append(line)
        elif not kept or kept[-1] != "# …":
            kept.append("# …")
    return kept if near else list(lines[:WHOLE])


def _show_line(line: str) -> str:
    mark = _MARK.search(line)
    text = line[: mark.start()] if mark else line
    if len(text) > _WIDTH:
        text = text[:_WIDTH] + " …"
    return f"{text}  {mark[1]} ← here" if mark else text


def _render_findings(rule: Rule, case: Case, folder: Path) -> str:
    findings = _check(rule, case, folder)
    return _render_text(findings, folder / case.path.name)


def _check(rule: Rule, case: Case, folder: Path) -> list[Finding]:
    place = folder / case.path.name
    place.mkdir()
    return [finding for finding in check_case(case, place).findings if finding.rule == rule.id]


def _render_text(findings: Iterable[Finding], place: Path) -> str:
    def read_source(path: str) -> bytes | None:
        full = place / path
        return full.read_bytes() if full.is_file() else None

    result = CheckResult(root=str(place), findings=tuple(findings))
    text = render_findings("text", result, read_source=read_source, rules=find_rule)
    return text.rpartition("\n\n")[0]


def _tell_of_others(rule: Rule, cases: Sequence[Case], folder: Path) -> Iterator[str]:
    told = []
    for case in cases:
        messages = dict.fromkeys(finding.message for finding in _check(rule, case, folder))
        told.append(f"- {case.words}: {'; '.join(_quote(message) for message in messages)}")
    if told:
        yield "## It also finds"
        yield "\n".join(told)


def _tell_of_softening(rule: Rule) -> str:
    if rule.subject == "PIN" and rule.severity == "error":
        return " (a warning in a repository without gitops-gen.yaml)"
    grouped = any(rule in load_rules(module) for module in BY_ENVIRONMENT)
    return " (only in a repository with gitops-gen.yaml)" if grouped else ""


def _tell_the_way_round(rule: Rule) -> str:
    off = f"`validate: {{rules: {{{rule.id}: off}}}}` in gitops-gen.yaml"
    skip = f"`--skip {rule.id}` leaves the rule out, {off} for good."
    if rule.subject in {"FILE", "WAIVER"}:
        return f"{skip} A waiver in the file is of no use here."
    return f"`# gitops-gen: ignore[{rule.id}] reason`, on the line or right above it, waives it there; {skip}"


def _quote(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _name_language(name: str) -> str:
    return "jsonc" if name.endswith(".json") else "yaml"


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _escape(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")
