"""Fixtures that more than one test folder uses: the real servers, each in its own file."""

pytest_plugins = [
    "tests.servers.git_http",
    "tests.servers.mlflow_server",
    "tests.servers.oci_registry",
]
