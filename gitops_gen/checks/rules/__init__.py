"""The rules, one module a subject; catalogue.py lists them."""
