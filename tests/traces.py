"""Looks for words where none may be, however they are written."""

import base64


def forms_of(word: str) -> set[bytes]:
    """The ways in which a word could lie in a file: clear, escaped, hex, and base64 at each of its three places."""
    found = set()
    for data in {spelled.encode(code) for spelled in (word, word.lower()) for code in ("utf-8", "unicode_escape")}:
        found |= {data, data.hex().encode(), data.hex().upper().encode()}
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + data)
            first, last = (shift * 8 + 5) // 6, (shift + len(data)) * 8 // 6  # whole characters of the word alone
            found |= {encoded[first:last], encoded[first:last].translate(bytes.maketrans(b"+/", b"-_"))}
    return found
