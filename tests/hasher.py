"""Passwords in tests are hashed by the same method as in the registry, with as little work as it allows."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Argon2 in a millisecond."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
