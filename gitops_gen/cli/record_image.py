"""`gitops-gen record-image`."""

from typing import Annotated

import typer

from gitops_gen.cli.options import ImageLayout, InsecureRegistry, Output, TrackingUri
from gitops_gen.cli.output import OutputFormat, describe_error, print_error, print_fields, print_json, print_warnings
from gitops_gen.errors import GitopsGenError


def record_image(
    run: Annotated[str, typer.Argument(help="Run id, models:/NAME/VERSION or models:/NAME@ALIAS.", show_default=False)],
    image: Annotated[str, typer.Argument(help="HOST/REPOSITORY[:TAG][@DIGEST], after the push.", show_default=False)],
    output: Output = OutputFormat.TEXT,
    tracking_uri: TrackingUri = "",
    image_layout: ImageLayout = None,
    insecure_registry: InsecureRegistry = False,
) -> None:
    """Tie an image to the run that its model comes from: its digest, as tags on the run and the model version."""
    from gitops_gen.cli.wiring import open_registry, open_tracking, read_local_settings
    from gitops_gen.names import parse_image_ref
    from gitops_gen.record_image import record_image as record
    from gitops_gen.selectors import parse_selector

    try:
        ref = parse_image_ref(image)
        outcome = record(
            parse_selector(run),
            ref,
            tracking=open_tracking(read_local_settings(), tracking_uri),
            registry=open_registry(image_layout, insecure=insecure_registry),
        )
    except GitopsGenError as error:
        if output is OutputFormat.JSON:
            print_json({"operation": "none", "run": run, "image": image, "error": describe_error(error)})
        print_error(error)
        raise typer.Exit(error.exit_code) from error
    if output is OutputFormat.JSON:
        print_json(outcome.to_json() | {"error": None})
    else:
        version = outcome.run.version
        print(f"{outcome.operation}  {outcome.image}")
        print_fields(
            {
                "run": outcome.run.run_id,
                "model": f"{version.name} version {version.version}" if version else "",
                "platforms": ", ".join(outcome.image.platforms),
                "source": outcome.image.source,
                "revision": outcome.image.revision,
                "before": outcome.previous_image,
            }
        )
    print_warnings(outcome.warnings)
