"""`gitops-gen validate --graph`: a drawing on standard output, and what it lacks on standard error."""

import sys

from gitops_gen.adapters.kustomize import find_kustomize
from gitops_gen.cli.validate_arguments import Arguments
from gitops_gen.cli.validation_output import print_text
from gitops_gen.drawing import draw_environments
from gitops_gen.errors import InvalidValueError
from gitops_gen.names import show
from gitops_gen.reports.printable import show_line
from gitops_gen.reports.reference_graph import FORMATS, find_limit, render_graph
from gitops_gen.validation import ValidateRequest, prepare_run

_SHOWN = 5


def run_graph(arguments: Arguments, request: ValidateRequest) -> int:
    """Draw, and give the exit code: 0, whatever the drawing shows.

    Raises:
        GitopsGenError: the format or the environment does not exist.
    """
    if not arguments.graph:
        raise InvalidValueError("--env says which environment --graph draws", hint="add --graph mermaid")
    if arguments.graph not in FORMATS:
        raise InvalidValueError(
            f"there is no format {show(arguments.graph)} of graphs", hint=f"--graph takes {', '.join(FORMATS)}"
        )
    drawings, unbuilt = draw_environments(
        request, prepare_run(request), environment=arguments.environment, find_kustomize=find_kustomize
    )
    text = render_graph(arguments.graph, drawings)
    print_text(text)
    if unbuilt:
        names = ", ".join(map(show_line, unbuilt[:_SHOWN])) + (", …" if len(unbuilt) > _SHOWN else "")
        print(f"not built, and so not drawn: {names}", file=sys.stderr)
    limit = find_limit(arguments.graph, drawings, text)
    if limit:
        print(f"this is large: {limit}", file=sys.stderr)
        print("draw one environment with --env, name folders to draw, or use --graph dot", file=sys.stderr)
    return 0
