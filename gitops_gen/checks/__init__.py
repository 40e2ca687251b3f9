"""Checks of a rendered tree; each gives findings, never an exception."""
