"""The pull request's body: what it says, and that nothing in a run can break it."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops_gen.difference import compare_builds
from gitops_gen.errors import ConfigError
from gitops_gen.evidence import Evidence, build_evidence
from gitops_gen.model import Dataset, ModelVersion, Override, Release, SourceCode, Verdict
from gitops_gen.plan import read_marker
from gitops_gen.reports.pull_request import BODY_LIMIT, cut_body, render_body
from gitops_gen.reports.pull_request_built import Built
from gitops_gen.reports.pull_request_lineage import Addresses
from gitops_gen.settings import SyncPolicy
from tests.releases import PRODUCTION, STAGING, digest, make_image, make_release, make_run, metric


def body_of(release, champion=None, *, verdicts=(), overrides=(), **options):
    def evidence(of, **facts):
        return build_evidence(release=of, environment=STAGING.name, **{"overrides": (), "program": "p 1", **facts})

    settings = {"environment": STAGING, "files": ("a.yaml",), "evidence_path": "e.yaml", **options}
    return render_body(
        release=release,
        champion=evidence(champion) if champion else None,
        challenger=evidence(release, verdicts=verdicts, overrides=overrides),
        **settings,
    )


def to_html(body: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(body)


def test_it_compares_champion_and_challenger():
    body = body_of(make_release(2, "b"), make_release(1, "a"))
    assert "Requests in `staging` will be answered by version `2` in place of version `1`." in body
    assert "| `val_auc` | 0.91 | 0.92 | +0.01 (+1.10%) |" in body
    assert "| `val_loss` | 0.1 | 0.1 | 0 |" in body
    assert "| `C` | `1` | `2` |" in body
    assert "`solver`" not in body
    assert "Both runs recorded the same datasets" in body
    assert "| Digest | `sha256:aaaaaaaaaaaa…` | `sha256:bbbbbbbbbbbb…` |" in body
    assert f"churn:1@{digest('b')}`" in body
    assert "revert the merge commit" in body


def test_a_first_release_has_nothing_to_compare_with():
    body = body_of(make_release())
    assert "this brings its first release" in body
    assert "| `val_auc` | 0.91 |" in body
    assert "| `solver` | `lbfgs` |" in body
    assert "revert" not in body


def test_other_datasets_are_pointed_out():
    body = body_of(make_release(2, datasets=(Dataset(name="train", digest="ffff"),)), make_release(1))
    assert "did not record the same datasets" in body


def test_a_metric_that_is_not_a_number_stands_out():
    body = body_of(make_release(2, metrics=(metric("auc", math.nan),)), make_release(1))
    assert "| `auc` | - | **not a number** | - |" in body
    assert "| `val_auc` | 0.91 | - | - |" in body


KNOWN = Addresses(
    hosts=frozenset({"git.example.com"}), image="https://registry.example.com/r/{repository}/{tag}/{digest}"
)


def test_links_lead_only_to_hosts_that_are_known():
    assert "/commit/" not in body_of(make_release())
    elsewhere = SourceCode(repository="https://evil.example.com/ml/churn", commit="c0ffee")
    body = body_of(make_release(source=elsewhere), addresses=KNOWN)
    assert "(<https://evil" not in body
    assert "Source commit: `c0ffee` of `https://evil.example.com/ml/churn`" in body


def test_the_image_leads_to_its_registry_where_that_has_a_page():
    body = body_of(make_release(), addresses=KNOWN)
    assert f"(<https://registry.example.com/r/ml/churn/1/{digest('a')}>)" in body
    assert "<https://registry" not in body_of(make_release())


def test_the_chain_leads_from_the_image_to_the_data():
    body = body_of(make_release(), addresses=KNOWN)
    steps = [line.split(": ")[0] for line in body.splitlines() if re.match(r"\d+\. ", line)]
    assert steps == ["1. Image", "2. Model artifact", "3. Model version", "4. Run", "5. Source commit", "6. Dataset"]
    assert "(<https://git.example.com/ml/churn/commit/c0ffee>)" in body


def test_uncommitted_changes_overrides_and_warnings_are_said():
    body = body_of(
        make_release(source=SourceCode(commit="c0ffee", dirty=True)),
        overrides=(Override(rule="environment-order", reason="hot fix"),),
        warnings=("the image says another revision",),
    )
    assert "**with uncommitted changes**" in body
    assert "- `environment-order`: `hot fix`" in body
    assert "> `the image says another revision`" in body


def test_a_prepackaged_server_shows_the_artifact():
    release = Release(model=make_release().model, run=make_run(), image=None)
    body = body_of(release)
    assert "| Model artifact | `s3://models/1` |" in body
    assert "| Digest | `sha256:eeeeeeeeeeee…` |" in body
    assert f"1. Model artifact: `{digest('e')}`" in body


def test_the_same_image_with_other_facts_says_so():
    assert "keeps serving the same image" in body_of(make_release(2, "a"), make_release(1, "a"))


def test_a_manual_sync_is_announced():
    manual = replace(PRODUCTION, sync=SyncPolicy(automated=False))
    assert "Somebody starts the sync in Argo CD by hand" in body_of(make_release(), environment=manual)


VERDICTS = (
    Verdict(gate="run-finished", result="passed"),
    Verdict(gate="signature", result="overridden", detail="input 'tenure' is new and required", reason="all are ready"),
    Verdict(gate="runtime", result="warned", detail="Python is '3.12' and was '3.11'"),
    Verdict(
        gate="metric:val_loss",
        result="passed",
        value=0.1,
        champion=0.1,
        limits={"threshold": 0.2, "min_relative_change": -0.01, "greater_is_better": False},
    ),
)


def test_the_gates_stand_in_the_headline_beside_the_metrics_and_in_a_table():
    body = body_of(
        make_release(2, "b"),
        make_release(1, "a"),
        verdicts=VERDICTS,
        overrides=(Override(rule="signature", reason="all are ready", by="ann <ann@example.com>"),),
    )
    assert "**Of 4 gates 1 was set aside and 1 warns (by `ann <ann@example.com>`); 2 hold.**" in body
    assert "| `val_loss` | 0.1 | 0.1 | 0 | ≤ 0.2, change ≤ +1% | passed |" in body
    assert "| `val_auc` | 0.91 | 0.92 | +0.01 (+1.10%) | - | - |" in body
    assert body.index("`val_loss`") < body.index("`val_auc`")
    rows = [line for line in body.splitlines() if re.match(r"\| `(run-finished|signature|runtime)`", line)]
    assert rows == [
        "| `signature` | **set aside** | `input 'tenure' is new and required` |",
        "| `runtime` | **warning** | `Python is '3.12' and was '3.11'` |",
    ]
    assert "Passed: `run-finished`\n" in body
    assert "- `signature`: `all are ready`, by `ann <ann@example.com>`" in body
    assert read_marker(body)["verdict"] == "overridden"


def test_gates_that_all_hold_are_one_sentence():
    assert "**All 2 gates hold.**" in body_of(make_release(), verdicts=(VERDICTS[0], VERDICTS[3]))
    assert "gates" not in body_of(make_release()).lower()


def test_bots_read_the_facts():
    assert read_marker(body_of(make_release())) == {
        "digest": digest("a"),
        "environment": "staging",
        "model": "churn",
        "run": f"{1:032x}",
        "state": "proposed",
        "verdict": "passed",
    }


def test_many_metrics_and_parameters_are_cut_and_counted():
    release = make_release(
        metrics=tuple(metric(f"m{i:03}", 1.0) for i in range(50)), params={f"p{i:03}": "1" for i in range(45)}
    )
    body = body_of(release)
    assert "10 more are in `e.yaml`" in body
    assert "5 more are in `e.yaml`" in body


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_in_a_run_breaks_the_page(one, two):
    calm = to_html(body_of(make_release(), make_release(2)))
    release = make_release(
        name=one,
        params={one: two, "C": "1"},
        metrics=(metric(one, 1.0), metric("val_auc", 0.5), metric("val_loss", 0.1))[:2],
        source=SourceCode(repository=two, commit=one or "x"),
        datasets=(Dataset(name=one, digest=two, context=one),),
        version=ModelVersion(name=one, version=two or "1"),
        url=two,
    )
    body = body_of(release, make_release(2), warnings=())
    wild = to_html(body)
    for tag in ("<h2", "<h3", "<table", "<img", "<script", "<details", "<blockquote", "<ol"):
        assert wild.count(tag) == calm.count(tag), (tag, body)
    assert read_marker(body)["digest"] == digest("a")


def test_the_cut_keeps_the_marker_and_says_so():
    body = body_of(make_release(params={"p": "x"}))
    long = body.replace("### Metrics", "### Metrics\n\n" + "word " * 30_000)
    cut = cut_body(long)
    assert len(cut) <= BODY_LIMIT + 10
    assert "The rest is cut" in cut
    assert "Cut from here on: Parameters, Where it comes from, After the merge." in cut
    assert read_marker(cut) == read_marker(body)
    assert cut_body(body) == body


def test_a_team_may_bring_its_own_template():
    body = body_of(make_release(name="<b>"), template="Hello {{ model }}\n{{ lineage[3].value }}\n{{ marker }}")
    assert body.startswith("Hello `churn`\n`<b>`, [`0000")
    with pytest.raises(ConfigError, match=r"pull_request\.md\.j2:2: "):
        body_of(make_release(), template="{{ model }}\n{% if %}")
    with pytest.raises(ConfigError, match="'nothing' is undefined"):
        body_of(make_release(), template="{{ nothing }}")
    with pytest.raises(ConfigError, match="unsafe"):
        body_of(make_release(), template="{{ model.__class__.__mro__ }}")


def test_an_image_without_tag_or_platforms_is_shown_by_its_digest():
    release = make_release()
    bare = Release(model=release.model, run=release.run, image=make_image(tag=None, platforms=()))
    assert f"1. Image: `registry.example.com/ml/churn@{digest('a')}`\n" in body_of(bare)


def history_of(*numbers: int, name: str = "val_auc") -> list[Evidence]:
    releases = (make_release(n, "abcdef"[n], metrics=(metric(name, 0.9 + n / 100),)) for n in numbers)
    return [build_evidence(release=r, environment=STAGING.name, overrides=(), program="p") for r in releases]


AUC = Verdict(gate="metric:val_auc", result="passed", value=0.93, limits={"threshold": 0.9, "greater_is_better": True})


def test_a_metric_that_is_asked_of_is_drawn_over_the_last_releases():
    body = body_of(make_release(3, "d"), make_release(2, "c"), verdicts=(AUC,), history=history_of(1, 2))
    chart = body[body.index("```mermaid") : body.index("```", body.index("```mermaid") + 3)].splitlines()
    assert chart[1].startswith("%%{init: ")
    assert chart[2:] == [
        "xychart-beta",
        '    title "val_auc of the last releases, and what is asked"',
        '    x-axis ["v1", "v2", "v3"]',
        "    y-axis 0.897 --> 0.933",
        "    line [0.91, 0.92, 0.93]",
        "    line [0.9, 0.9, 0.9]",
    ]


def test_there_is_no_chart_of_little_or_of_what_cannot_be_written_in_one():
    assert "mermaid" not in body_of(make_release(3, "d"), make_release(2, "c"), verdicts=(AUC,), history=history_of(2))
    assert "mermaid" not in body_of(make_release(3, "d"), make_release(2, "c"), history=history_of(1, 2))
    odd = 'x"]\n```\n@everyone'
    verdict = replace(AUC, gate=f"metric:{odd}")
    release = make_release(3, "d", metrics=(metric(odd, 0.9),))
    assert "mermaid" not in body_of(release, make_release(2), verdicts=(verdict,), history=history_of(1, 2, name=odd))


def with_requirements(release: Release, *lines: str) -> Release:
    return replace(release, run=replace(release.run, model=replace(release.run.model, requirements=lines)))


def test_requirements_that_differ_are_compared_by_package():
    before = with_requirements(make_release(1, "a"), "mlflow==3.1", "numpy==1.26", "pandas")
    after = with_requirements(make_release(2, "b"), "mlflow==3.2", "Numpy==1.26", "pandas", "scipy>=1")
    body = body_of(after, before)
    table = body[body.index("### Requirements that differ") :].splitlines()[4:8]
    assert table == [
        "| `mlflow` | `mlflow==3.1` | `mlflow==3.2` |",
        "| `numpy` | `numpy==1.26` | `Numpy==1.26` |",
        "| `scipy` | - | `scipy>=1` |",
        "",
    ]
    assert "Requirements" not in body_of(after, with_requirements(make_release(1, "a"), *after.run.model.requirements))
    assert "Requirements" not in body_of(after)


def test_what_is_built_is_told_and_what_was_checked():
    before = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "churn"}, "spec": {"x": "`<b>@everyone"}}
    changes = compare_builds([before], [{**before, "spec": {"x": "2"}}])
    body = body_of(make_release(), built=Built(objects=5, changes=changes, warnings=1))
    assert "<summary>What Argo CD will apply: 1 object differs</summary>" in body
    assert "- changed `Service churn`" in body
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", body)
    assert "Kustomize built the overlay (5 objects); its digests and its evidence were checked: 1 warning." in body


def test_the_model_version_leads_to_mlflow():
    assert "[`churn 1`](<https://mlflow.example.com/#/models/churn/versions/1>)" in body_of(make_release())
