"""The servers that `gitops-gen validate --online` asks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_gen.checks.rules.provenance_parts import ModelOverlay
from gitops_gen.online import OnlineOutcome, check_online

if TYPE_CHECKING:
    from gitops_gen.cli.validate_arguments import Arguments
    from gitops_gen.errors import GitopsGenError


class Online:
    """Asks MLflow and the registries about overlays; what they did not answer is in `errors` afterwards."""

    def __init__(self, arguments: "Arguments", root: str) -> None:
        """Reads the address of MLflow from the option, the environment, or the root's gitops-gen.yaml.

        Raises:
            ConfigError: there is no address, or the settings cannot be read.
        """
        from gitops_gen.cli.wiring import open_registry, open_tracking
        from gitops_gen.config import SETTINGS_FILE, load_settings

        path = Path(root) / SETTINGS_FILE
        settings = load_settings(path.read_bytes(), SETTINGS_FILE) if path.is_file() else None
        self._tracking = open_tracking(settings, arguments.tracking_uri)
        self._registry = open_registry(None, insecure=arguments.insecure_registry)
        self.errors: Sequence[GitopsGenError] = ()

    def __call__(self, overlays: Sequence[ModelOverlay]) -> OnlineOutcome:
        """What the servers say."""
        outcome = check_online(overlays, self._tracking, self._registry)
        self.errors = outcome.errors
        return outcome
