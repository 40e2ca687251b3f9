"""`python -m gitops_gen.adapters.custom_gate MODULE:FUNCTION`: asks a function, as a process of its own."""

import json
import sys
from importlib.metadata import EntryPoint


def main() -> None:
    """Give the JSON on standard input to the function, and print what it answers as JSON."""
    name = sys.argv[1]
    function = EntryPoint(name="gate", value=name, group="gitops_gen.gates").load()
    answer = function(json.load(sys.stdin))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
