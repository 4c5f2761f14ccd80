"""A dictionary of named things that answers a wrong name with the right ones."""

from collections.abc import Iterable
from typing import NoReturn, Protocol, TypeVar


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The key of the entry."""


Entry = TypeVar("Entry", bound=Named)


class Registry(dict[str, Entry]):
    """Entries by name, in the order given; an unknown name raises a ValueError listing all."""

    def __init__(self, kind: str, entries: Iterable[Entry]) -> None:
        super().__init__((entry.name, entry) for entry in entries)
        self.kind = kind

    def __missing__(self, name: str) -> NoReturn:
        raise ValueError(f"unknown {self.kind} {name!r}; the known ones are {', '.join(self)}")
