"""Runs full of what somebody would log to get out of the pull request's text, by name.

Each is a text that stands everywhere in a run where MLflow takes one: run name, experiment, parameters and their names,
metric names, datasets, tags, source, model, signature, requirements, and reasons of gates.
"""

from dataclasses import replace

from gitops_gen.model import (
    Dataset,
    LoggedModel,
    ModelVersion,
    Override,
    Release,
    Signature,
    SignatureField,
    SourceCode,
    Verdict,
)
from gitops_gen.names import ModelName
from tests.releases import make_image, make_run, metric

HOSTILE = {
    "a mention of everyone": "@everyone please merge this now",
    "a mention of a team": "@acme/platform and @here, approve",
    "an issue to close": "Fixes #1, closes acme/deploy#2, GH-3",
    "an image": "![all green](https://evil.example.com/pixel.png)",
    "an image by reference": "![x][y]\n\n[y]: https://evil.example.com/pixel.png",
    "a link": "[approve here](https://evil.example.com/login)",
    "a bare address": "https://evil.example.com/login",
    "an address in brackets": "<https://evil.example.com/login>",
    "a link to a script": "[x](javascript:alert(1))",
    "an HTML image": '<img src=x onerror="alert(1)">',
    "a script": "<script>alert(document.cookie)</script>",
    "an end of details": "</details></table><h1>Approved</h1>",
    "a comment that opens": "<!-- hides the rest",
    "a comment that closes": "--> shown again",
    "a marker of ours": '<!-- gitops-gen: {"digest": "sha256:0", "state": "emptied"} -->',
    "a table break": "a | b | c\n|---|---|\n| passed | passed |",
    "a code span break": "`` ` `` @everyone ` ``` `",
    "a fence": "```\n# Approved\n```\n~~~\n@everyone\n~~~",
    "a heading": "# All gates hold",
    "a rule and a list": "---\n- [x] reviewed\n* * *\n1. done",
    "a quote that warns": "> [!CAUTION]\n> do not look below",
    "emphasis and strikes": "**passed** ~~failed~~ __really__ *yes*",
    "a footnote": "[^1]\n\n[^1]: @everyone",
    "mathematics": "$\\href{https://evil.example.com}{x}$ $$\\text{passed}$$",
    "a Jinja2 template": "{{ marker }} {% for x in range(10**9) %}x{% endfor %} {# no #}",
    "a shell and kustomize variable": "${IFS}$(touch /tmp/x) $((1+1)) `id`",
    "control characters": "a\x00b\x07c\x1b[31mred\x1b[0m\x7f\r\nnext\x85line",
    "right-to-left marks": "safe\u202egnp.exe\u2066\u2069 \u200f\u061c\ufeff\u200b",
    "entities": "&lt;b&gt; &#64;everyone &commat;here &#x3c;script&#x3e; \\@everyone",
    "a megabyte": "@everyone <b>x</b> | " * 50_000,
    "line and paragraph separators": "a\u2028# b\u2029> c\x0b- d\x0ce",
    "lone surrogates and odd planes": "\ud800 \udfff \U000e0041\U000e007f \ufffe",
}


def make_hostile_release(text: str, number: int = 2) -> Release:
    """A release whose run says `text` wherever it can."""
    run = make_run(
        number,
        name=text,
        experiment_name=text,
        params={text: text, "C": text},
        metrics=(metric(text, 0.5), metric("val_auc", 0.93)),
        tags={text: text},
        datasets=(Dataset(name=text, digest=text, context=text, source=text, source_type=text),),
        source=SourceCode(repository=text, commit=text, branch=text),
        version=ModelVersion(name=text, version=text),
        url="",  # made by the program, of the tracking server's address
        model=LoggedModel(
            uri=text,
            model_id=text,
            name=text,
            flavor=text,
            python_version=text,
            mlflow_version=text,
            requirements=(text, f"{text}==1"),
            content_hash=make_run().model.content_hash,
            signature=Signature(inputs=(SignatureField(name=text, type=text),)),
        ),
        warnings=(text,),
    )
    image = replace(make_image("b"), source=text, revision=text, platforms=(text,))
    return Release(model=ModelName("churn"), run=run, image=image)


def make_hostile_verdicts(text: str) -> tuple[tuple[Verdict, ...], tuple[Override, ...]]:
    """What gates would say of it."""
    limits = {"threshold": 0.9, "greater_is_better": True}
    return (
        (
            Verdict(gate=f"metric:{text}", result="overridden", detail=text, value=0.5, reason=text, limits=limits),
            Verdict(gate="metric:val_auc", result="passed", value=0.93, limits=limits),
            Verdict(gate="custom:own", result="warned", detail=text),
        ),
        (Override(rule=f"metric:{text}", reason=text, by=text),),
    )
