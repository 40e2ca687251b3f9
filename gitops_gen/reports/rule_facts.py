"""What a report may say of a rule besides what it found."""

from typing import Protocol


class RuleFacts(Protocol):
    """A rule as its page describes it."""

    @property
    def title(self) -> str:
        """What holds where the rule is kept, in one line."""
        ...

    @property
    def help(self) -> str:
        """Why, and what to do; may be empty."""
        ...

    @property
    def severity(self) -> str:
        """The severity that it has of itself: error, warning or info."""
        ...
