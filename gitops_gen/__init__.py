"""From an MLflow run to a pull request that Argo CD can sync."""

__version__ = "0.1.0"
