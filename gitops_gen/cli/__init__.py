"""The command line: one file per verb; the only place that prints or exits."""


def main() -> None:
    """Entry point of `gitops-gen`."""
