"""What a schema finds, without credentials in its messages, and without what SOPS has put in."""

from collections.abc import Sequence

from gitops_gen.checks.credential_words import judge_key
from gitops_gen.checks.rule import Keys, Resource
from gitops_gen.checks.schema_errors import SchemaProblem
from gitops_gen.checks.values import dig
from gitops_gen.wording import describe

_SOPS = "sops"
_HOLDERS: tuple[Keys, ...] = (("data",), ("stringData",))


def treat_secrets(problems: Sequence[SchemaProblem], resource: Resource) -> list[SchemaProblem]:
    """`problems` of an object; what stands in a Secret, or at a key such as `password`, is not quoted.

    SOPS takes its block away when it decrypts, and what an encrypted value is nobody knows here.
    """
    if isinstance(resource.data.get(_SOPS), dict):
        problems = [each for each in problems if each.keys[:1] != (_SOPS,) and not _is_encrypted(each, resource)]
    return [_conceal(problem, resource) if _holds_credential(problem, resource) else problem for problem in problems]


def _holds_credential(problem: SchemaProblem, resource: Resource) -> bool:
    if resource.kind == "Secret" and problem.keys[:1] in _HOLDERS:
        return True
    key: object = next((key for key in reversed(problem.keys) if isinstance(key, str)), "")
    if key == "value":  # of an environment variable
        above = dig(resource.data, *problem.keys[:-1])
        key = above.get("name") if isinstance(above, dict) else ""
    return isinstance(key, str) and bool(judge_key(key))


def _is_encrypted(problem: SchemaProblem, resource: Resource) -> bool:
    value = dig(resource.data, *problem.keys)
    return isinstance(value, str) and value.startswith("ENC[")


def _conceal(problem: SchemaProblem, resource: Resource) -> SchemaProblem:
    value = dig(resource.data, *problem.keys)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return problem
    told = describe(value)
    return problem._replace(
        message=problem.message.replace(told, "the value"), fix=problem.fix.replace(told, "the value")
    )
