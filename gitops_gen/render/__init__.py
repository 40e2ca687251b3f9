"""Files made from values: pure, from templates and round-trip edits."""
