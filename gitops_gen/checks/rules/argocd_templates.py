"""The template of an ApplicationSet: what is filled in, and by what.

With `goTemplate: true` each text is a template of Go's, with the functions of applicationset/utils/utils.go of
argoproj/argo-cd (3.6): those of sprig 3.3 but three, and five more. Without it only `{{name}}` is replaced.
"""

import re
from collections.abc import Iterator

from gitops_gen.checks.go_template import TemplateProblem, find_template_problems
from gitops_gen.checks.go_template_tokens import CLOSE, ERROR, OPEN, Token, list_tokens
from gitops_gen.checks.limits import TEMPLATES
from gitops_gen.checks.rule import Hit, Keys, Resource, Rule, rule
from gitops_gen.checks.rules.argocd_functions import FUNCTIONS
from gitops_gen.checks.rules.argocd_generators import Generator, list_generators, list_top_generators
from gitops_gen.checks.rules.argocd_parameters import Parameters, find_parameters, list_path_fields
from gitops_gen.checks.rules.argocd_parts import walk_texts
from gitops_gen.checks.values import as_list, as_mapping, read_mapping, read_text
from gitops_gen.names import show
from gitops_gen.wording import find_near, suggest

_OPTIONS = ("missingkey=default", "missingkey=error", "missingkey=invalid", "missingkey=zero")
_STRICT = "missingkey=error"
_FUNCTION = r"there is no function '(.*)'"
_TAG = r"\{\{([^{}\n]*)\}\}"
_LENIENT = frozenset(
    ("coalesce", "default", "dig", "empty", "get", "hasKey", "if", "not", "or", "and", "ternary", "with", "range")
)
"""What an action asks whether a parameter is there with."""
_SCOPES = frozenset(("range", "with", "define", "block"))
"""What gives the dot another meaning."""
_FOR_OTHERS = ("values", "valuesObject", "plugin", "patches")
"""Below these in a template stands what other programs may fill in."""


@rule("ARGOCD037", "error")
def check_templates(resource: Resource) -> Iterator[Hit]:
    """The texts in the template of an ApplicationSet are templates.

    Why: Argo CD makes no Application of an ApplicationSet with a text that it cannot parse. Functions are those of Go
    and sprig; parameters begin with a dot.

    Fix: close what is open, and write `{{ .name }}` for a parameter with goTemplate, `{{name}}` without.
    """
    go_template = _uses_go(resource)
    for keys, text in _list_texts(resource):
        if go_template:
            for problem in find_template_problems(text, FUNCTIONS):
                fix = _propose(resource, text[problem.offset :], problem)
                yield Hit(f"{show(text)} is no template: {problem.message}", keys, fix)
        elif not _is_for_others(keys) and text.rfind("{{") > text.rfind("}}"):
            yield Hit(f"{show(text)} is no template: {{{{ is not closed with }}}}", keys, "add the }}")


def _propose(resource: Resource, rest: str, problem: TemplateProblem) -> str:
    """What to write for a function that there is none of; `rest` begins with it."""
    found = re.fullmatch(_FUNCTION, problem.message)
    if found is None:
        return ""
    name = found[1]
    given = (find_parameters(generator, go_template=True) for generator in list_generators(resource))
    if rest.startswith(f"{name}.") or any(name in each.names for each in given):
        return f"write .{name}: a parameter begins with a dot"
    near = find_near(name, FUNCTIONS, cutoff=0.75)
    return f"write {near}" if near else ""


@rule("ARGOCD038", "error")
def check_template_options(resource: Resource) -> Iterator[Hit]:
    """The options of Go templates are ones that Go has, and come with goTemplate.

    Why: Go stops at an option that it does not know, and Argo CD with it. Without `goTemplate: true` they mean nothing.

    Fix: write `missingkey=error`, so that a parameter that is not there is an error and no `<no value>`.
    """
    spec = read_mapping(resource.data, "spec")
    options = as_list(spec.get("goTemplateOptions"))
    if options and not _uses_go(resource):
        yield Hit(
            "goTemplateOptions only count with goTemplate", ("spec", "goTemplateOptions"), "set `goTemplate: true`"
        )
        return
    for number, option in enumerate(options):
        if isinstance(option, str) and option not in _OPTIONS:
            near = find_near(option, _OPTIONS)
            yield Hit(
                f"{show(option)} is no option of Go templates",
                ("spec", "goTemplateOptions", number),
                f"write {near or _STRICT}",
            )


@rule("ARGOCD039", "error")
def check_tags(resource: Resource) -> Iterator[Hit]:
    """Without goTemplate, `{{name}}` is the whole name of a parameter that the generators give.

    Why: what is no parameter stays as it is, braces and all: an Application is called `{{cluster}}-guestbook`, or reads
    the folder `{{ .path }}`.

    Fix: write the parameter as the generator calls it; or set `goTemplate: true`, where `{{ .name }}` is meant.
    """
    if _uses_go(resource):
        return
    given = [(generator, find_parameters(generator, go_template=False)) for generator in list_top_generators(resource)]
    for keys, text in _list_rendered(resource):
        for tag in (found.strip() for found in re.findall(_TAG, text) if not _is_for_others(keys)):
            lacking = next(((generator, gives) for generator, gives in given if not gives.has(tag)), None)
            if not tag or lacking is None:
                continue
            if re.fullmatch(r"\.[\w.]+|.*[\s(|].*", tag):
                message = f"{{{{{tag}}}}} is a Go template, and goTemplate is not set"
                yield Hit(message, keys, "set `goTemplate: true`")
            else:
                yield Hit(_explain(*lacking, tag), keys, "write a parameter that each of the generators gives")


@rule("ARGOCD040", "error")
def check_fields(resource: Resource) -> Iterator[Hit]:
    """With goTemplate, what begins with a dot is a parameter that the generators give.

    Why: for one that is not there Go writes `<no value>`, or stops with `missingkey=error`: the Application gets a
    wrong name, or none is made.

    Fix: write the parameter as the generator calls it: the folder of a Git generator is `.path.path`, its name
    `.path.basename`.
    """
    if not _uses_go(resource):
        return
    given = [(generator, find_parameters(generator, go_template=True)) for generator in list_top_generators(resource)]
    paths = {list_path_fields(generator) for generator, _ in given}
    known_below = next(iter(paths)) if len(paths) == 1 else ()
    strict = _STRICT in as_list(read_mapping(resource.data, "spec").get("goTemplateOptions"))
    for keys, text in _list_rendered(resource):
        for field, below in _list_fields(text, strict=strict):
            lacking = next(((generator, gives) for generator, gives in given if not gives.has(field)), None)
            if lacking is not None:
                yield Hit(_explain(*lacking, f".{field}"), keys, "write a parameter that each of the generators gives")
            elif field == "path" and known_below and below and below not in known_below:
                message = f"the parameter .path has no {show(below)}{suggest(below, known_below)}"
                yield Hit(message, keys, f"write one of {', '.join(f'.path.{part}' for part in known_below)}")


def _uses_go(resource: Resource) -> bool:
    return read_mapping(resource.data, "spec").get("goTemplate") is True


def _list_rendered(resource: Resource) -> Iterator[tuple[Keys, str]]:
    """The texts of the template and of its patch with something to fill in."""
    spec = read_mapping(resource.data, "spec")
    for keys, text in walk_texts(spec.get("template"), ("spec", "template")):
        if "{{" in text:
            yield keys, text
    if "{{" in read_text(spec, "templatePatch"):
        yield ("spec", "templatePatch"), read_text(spec, "templatePatch")


def _list_texts(resource: Resource) -> Iterator[tuple[Keys, str]]:
    """Those, and the texts of generators that are filled in: values, templates, and all in a matrix's second."""
    yield from _list_rendered(resource)
    for generator in list_generators(resource):
        for kind in generator.kinds:
            data = as_mapping(generator.data.get(kind))
            keys = (*generator.keys, kind)
            is_second = generator.keys[-3:] == ("matrix", "generators", 1)
            parts = [(keys, data)] if is_second else [((*keys, key), data.get(key)) for key in ("values", "template")]
            yield from (found for place, part in parts for found in walk_texts(part, place) if "{{" in found[1])


def _is_for_others(keys: Keys) -> bool:
    return keys[:2] == ("spec", "template") and any(key in _FOR_OTHERS for key in keys)


def _explain(generator: Generator, gives: Parameters, name: str) -> str:
    dot = "." if name.startswith(".") else ""
    known = [f"{dot}{each}" for each in gives.names if "[" not in each]
    return f"{generator.label} gives no parameter {show(name)}{suggest(name, known)}"


def _list_fields(text: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Each parameter that a Go template names, and the first field below it; none where the dot is another."""
    if len(text) > 2**16 or not TEMPLATES.spend(text):
        return
    tokens = list(list_tokens(text))
    if any(token.kind in _SCOPES or token.kind == ERROR for token in tokens):
        return
    action: list[Token] = []
    for token in tokens:
        if token.kind == OPEN:
            action = []
        action.append(token)
        if token.kind == CLOSE and (strict or not any(part.text in _LENIENT for part in action)):
            for before, part, after in zip(action, action[1:], action[2:], strict=False):
                if part.kind == "field" and before.kind not in {"field", "variable", ")", "name"}:
                    yield part.text[1:], after.text[1:] if after.kind == "field" else ""


TEMPLATE_RULES: tuple[Rule, ...] = (check_templates, check_template_options, check_tags, check_fields)
