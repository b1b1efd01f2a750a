"""The bodies that take part, with their tier and the body above them. Source: domain paper §1, §7."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from linkage import v1

__all__ = ["Directory", "Organisation"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One body. `code` is its division code, `above` the code of the body that guides it ('' where none is known)."""

    code: str
    tier: v1.Tier.ValueType
    name: str
    above: str = ""


class Directory:
    """The bodies known to a service, by code. Immutable. `moved`: codes that a body had before it came to another city,
    with the code of this city; `recoded`: codes that a body had before, with the one it has today."""

    __slots__ = ("_by_code", "_moved", "_recoded")

    def __init__(
        self,
        organisations: Iterable[Organisation],
        moved: Mapping[str, str] | None = None,
        recoded: Mapping[str, str] | None = None,
    ) -> None:
        self._by_code = {organisation.code: organisation for organisation in organisations}
        self._moved = dict(moved or {})
        self._recoded = dict(recoded or {})

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Organisation:
        return self._by_code[code]

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._by_code.values())

    def get(self, code: str) -> Organisation | None:
        """The body of that code, or None."""
        return self._by_code.get(code)

    def moved_to(self, code: str) -> str:
        """City that the body of this former code is under by now; '' where it did not move to another (§4.1)."""
        return self._moved.get(code, "")

    def today(self, code: str) -> str:
        """The code that the body of this code has today; the same where nothing is known of another."""
        return code if code in self._by_code else self._recoded.get(code, code)

    def guides(self, upper: str, lower: str) -> bool:
        """`upper` is the body right above `lower`: a city its counties, a county its townships (000§14)."""
        below = self._by_code.get(lower)
        return below is not None and below.above == upper

    def peers(self, one: str, other: str) -> bool:
        """Two different bodies of one tier: neither stands above the other (002.19)."""
        left, right = self._by_code.get(one), self._by_code.get(other)
        return left is not None and right is not None and one != other and left.tier == right.tier
