"""A trace for bots, in the shape of schemas/trace.schema.json."""

from typing import Any

from gitops_gen.chain import Chain, Trace
from gitops_gen.evidence import describe_release
from gitops_gen.model import Release
from gitops_gen.names import EnvironmentName, ModelName
from gitops_gen.reports.status_json import describe_revision

_OF_MODEL = ("registered", "version", "uri", "flavor", "contentHash")


def render_trace_json(trace: Trace) -> dict[str, Any]:
    """The whole trace."""
    return {
        "version": 1,
        "query": trace.query,
        "repository": trace.repository,
        "branch": trace.branch,
        "commit": trace.commit,
        "chains": [_describe(chain) for chain in trace.chains],
        "warnings": list(trace.warnings),
    }


def describe_facts(chain: Chain) -> dict[str, Any]:
    """What the chain is made of, in the shape of evidence: of the evidence itself, else of the run in MLflow."""
    if chain.evidence is not None:
        return dict(chain.evidence.data)
    if chain.run is None:
        return {}
    release = Release(model=ModelName(chain.model or "model"), run=chain.run, image=chain.image)
    return describe_release(release, EnvironmentName(""))


def _describe(chain: Chain) -> dict[str, Any]:
    facts = describe_facts(chain)
    run, source, model, image = (facts.get(key, {}) for key in ("run", "source", "model", "image"))
    return {
        "model": chain.model or None,
        "digest": chain.evidence.digest if chain.evidence else chain.image.digest if chain.image else None,
        "image": {
            "name": image["name"],
            "digest": image["digest"],
            "tag": image.get("tag"),
            "in_registry": chain.image is not None,
            "platforms": list(chain.image.platforms) if chain.image else image.get("platforms", []),
        }
        if image
        else None,
        "model_version": {key: model[key] for key in _OF_MODEL if key in model} or None,
        "run": {
            "id": run.get("id"),
            "name": run.get("name", ""),
            "experiment": run.get("experiment", {}).get("name", ""),
            "in_mlflow": chain.run is not None,
            "status": chain.run.status if chain.run else run.get("status"),
            "url": chain.run.url or None if chain.run else None,
        },
        "source": {key: source[key] for key in ("repository", "commit", "branch", "dirty") if key in source},
        "datasets": list(run.get("datasets", [])),
        "environments": [
            {
                "environment": stay.environment,
                "since": describe_revision(stay.since),
                "until": describe_revision(stay.until) if stay.until else None,
                "overrides": [override.rule for override in stay.evidence.overrides],
            }
            for stay in chain.stays
        ],
    }
