"""How much of a file is looked at."""

SIZE_LIMIT = 8 * 1024 * 1024
"""Bytes of one file. A Kubernetes object has at most 1.5 MiB in etcd; bundles of CRDs reach 5 MiB."""
EVENTS_LIMIT = 150_000
"""Keys, values, and beginnings and ends of mappings and lists in one YAML file. The largest CRD has 80,000."""
NODE_LIMIT = 200_000
"""Values that the aliases of a document may stand for, written out."""
DEPTH_LIMIT = 200
"""Levels of nesting; the deepest schema known has 40."""
