"""Hospital numbers that can be forgotten: each encrypted with a key of its own, kept outside the database.

A centre that wants to find a patient in its own records again enters the hospital's number. The
database holds it encrypted (models/link.py); the key of each patient is a file in
NETLM_IDENTITY_FOLDER, itself wrapped with NETLM_IDENTITY_KEY. Destroying that file makes the number
unreadable everywhere at once, in old copies of the database too. The folder is therefore never part of
the same backup as the database.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from registry.models import Patient, SubjectLink

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:  # comes with the second factors; without it no number can be kept
    AESGCM = None

NONCE = 12  # bytes, new for each encryption
LONGEST = 40  # characters of a hospital number


class Unreadable(Exception):
    """The number cannot be read: its key was destroyed, or it is not the key that it was written with."""


def configured() -> bool:
    """Whether numbers can be kept here at all."""
    return bool(settings.IDENTITY_KEY) and AESGCM is not None


def keep(patient: Patient, number: str) -> None:
    """Keep the hospital's number of this patient, in the place of an earlier one; an empty one is forgotten.

    Raises Patient's database errors where the person may not write rows of the patient's centre.
    """
    with transaction.atomic():
        if not number:
            SubjectLink.objects.filter(patient=patient).delete()
            return
        sealed = _seal(_subject_key(patient, make=True), number.encode(), patient)
        SubjectLink.objects.update_or_create(patient=patient, defaults={"ciphertext": sealed})


def number_of(patient: Patient) -> str:
    """The hospital's number; "" if none was entered. Raises Unreadable."""
    link = SubjectLink.objects.filter(patient=patient).first()
    return read(bytes(link.ciphertext), patient) if link else ""


def read(ciphertext: bytes, patient: Patient) -> str:
    """Decrypt; raises Unreadable once the key is gone."""
    return _open(_subject_key(patient), ciphertext, patient).decode()


def destroy(patient: Patient) -> bool:
    """Destroy the key of this patient for ever; whether there was one."""
    path = _path(patient)
    try:
        length = path.stat().st_size
    except FileNotFoundError:
        return False
    with path.open("r+b") as file:
        file.write(bytes(length))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    return True


def _path(patient: Patient) -> Path:
    return Path(settings.IDENTITY_FOLDER) / f"{patient.patient_uid}.key"


def _subject_key(patient: Patient, make: bool = False) -> bytes:
    path = _path(patient)
    if make and not path.exists():
        _write_new(path, _seal(_wrapping_key(), secrets.token_bytes(32), patient))
    try:
        return _open(_wrapping_key(), path.read_bytes(), patient)
    except FileNotFoundError:
        raise Unreadable from None


def _wrapping_key() -> bytes:
    if not configured():
        raise Unreadable
    return hashlib.sha256(b"registry identity\0" + settings.IDENTITY_KEY.encode()).digest()


def _seal(key: bytes, content: bytes, patient: Patient) -> bytes:
    """Bound to the patient: the same bytes in another patient's place do not open."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, patient.patient_uid.encode())


def _open(key: bytes, sealed: bytes, patient: Patient) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], patient.patient_uid.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _write_new(path: Path, content: bytes) -> None:
    """Another process that makes the key at the same moment wins, and its key counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
