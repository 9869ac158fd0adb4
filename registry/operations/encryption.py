"""Encryption of backups: AES-256-GCM in pieces, with a key that is kept apart from them.

A file is a mark, a random salt, and pieces of one megabyte, each sealed with its number and whether it is
the last: pieces cannot be changed, exchanged, left out or cut off unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = b"NETLM-BACKUP-1\n"
SALT, TAG, PIECE = 16, 16, 1 << 20


class Unreadable(Exception):
    """The file was not written with this key, or is damaged."""


def _cipher(key: str, salt: bytes) -> AESGCM:
    """A key of its own for each file, so that the numbers of pieces may begin anew."""
    return AESGCM(hmac.new(key.encode(), MARK + salt, hashlib.sha256).digest())


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


def encrypt(source: BinaryIO, target: BinaryIO, key: str) -> None:
    """Copy `source`, encrypted, to `target`."""
    salt = os.urandom(SALT)
    target.write(MARK + salt)
    cipher = _cipher(key, salt)
    for number, last, piece in _pieces(source, PIECE):
        target.write(cipher.encrypt(_nonce(number, last), piece, None))


def decrypted(source: BinaryIO, key: str) -> Iterator[bytes]:
    """The pieces of what was encrypted; raises Unreadable, at the latest with the last piece."""
    if source.read(len(MARK)) != MARK:
        raise Unreadable
    cipher = _cipher(key, source.read(SALT))
    for number, last, piece in _pieces(source, PIECE + TAG):
        try:
            yield cipher.decrypt(_nonce(number, last), piece, None)
        except InvalidTag:
            raise Unreadable from None


def _pieces(source: BinaryIO, length: int) -> Iterator[tuple[int, bool, bytes]]:
    """Pieces with their number and whether each is the last; an empty source has one."""
    number, piece = 0, _filled(source, length)
    while True:
        following = _filled(source, length) if len(piece) == length else b""
        yield number, not following, piece
        if not following:
            return
        number, piece = number + 1, following


def _filled(source: BinaryIO, length: int) -> bytes:
    """As much as there is, up to `length`: a pipe gives less at a time."""
    parts, missing = [], length
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
