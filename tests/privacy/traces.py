"""Whether any of some texts can be found in bytes, however they may have been written there."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

__all__ = ["WRITINGS", "searcher", "writings"]


def writings(text: str) -> dict[str, bytes]:
    """The text as programs write it: in the encodings of files and wires, of logs and dumps, and as fingerprints."""
    plain = text.encode()
    written = {
        "UTF-8": plain,
        "UTF-16, little end first": text.encode("utf-16-le").strip(b"\0"),
        "UTF-16, big end first": text.encode("utf-16-be").strip(b"\0"),
        "GB 18030": text.encode("gb18030"),
        "hexadecimal": plain.hex().encode(),
        "capital hexadecimal": plain.hex().upper().encode(),
        "a URL": quote(text, safe="").encode(),
        "JSON in ASCII": json.dumps(text)[1:-1].encode(),
        "Python bytes": repr(plain)[2:-1].encode(),
        "octal escapes, as protobuf prints": "".join(map(_octal, plain)).encode(),
        "character references": "".join(f"&#{ord(one)};" for one in text).encode(),
    }
    for offset in range(3):
        written[f"base64 from octet {offset}"] = _base64(plain, offset)
        written[f"base64 for URLs from octet {offset}"] = _base64(plain, offset).translate(_FOR_URLS)
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain, usedforsecurity=False).digest()
        written[name] = digest
        written[f"{name}, hexadecimal"] = digest.hex().encode()
        written[f"{name}, base64"] = base64.b64encode(digest).rstrip(b"=")
    return written


_FOR_URLS = bytes.maketrans(b"+/", b"-_")


def searcher(texts: Iterable[str]) -> Searcher:
    """Finds all writings of all texts."""
    return Searcher({written for text in texts for written in writings(text).values()})


class Searcher:
    """Finds any of some bytes; `read` counts what was looked at."""

    def __init__(self, wanted: set[bytes]) -> None:
        self.read = 0
        self._wanted = sorted(wanted)

    def traces(self, where: str, values: Iterable[object]) -> Iterator[str]:
        """The places of which something was found, and its surroundings."""
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode()
            self.read += len(data)
            for one in self._wanted:  # one after the other is faster than any pattern of them all
                if (at := data.find(one)) >= 0:
                    yield f"{where}: {data[max(at - 20, 0) : at + len(one) + 20]!r}"


def _octal(octet: int) -> str:
    return chr(octet) if 32 <= octet < 127 else f"\\{octet:03o}"


def _base64(data: bytes, offset: int) -> bytes:
    """What base64 of anything that holds the data from that octet (modulo 3) on must hold: without the edges, which
    depend on their neighbours."""
    first, last = -(-offset * 8 // 6), (offset + len(data)) * 8 // 6
    return base64.b64encode(bytes(offset) + data)[first:last]


WRITINGS = tuple(writings("甲"))
"""What the ways of writing are called."""
