"""`python -m gitops_gen`."""

from gitops_gen.cli import main

if __name__ == "__main__":
    main()
