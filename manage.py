#!/usr/bin/env python
"""Django's command line for this project: python manage.py help"""

import os
import signal
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    _end_properly_when_told_to()
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            "Django is not installed for this Python. Either run “make demo”, which prepares everything,\n"
            "or use the project's environment: .venv/bin/python manage.py …\n"
            "(Windows: .venv\\Scripts\\python manage.py …)"
        )
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # the message is meant for whoever runs it; a traceback would bury it
    except KeyboardInterrupt:
        sys.exit(130)


def _end_properly_when_told_to() -> None:
    """Let `kill` and a closed terminal window end the process as Ctrl-C does.

    Only an orderly exit stops the embedded database. Who ignores a signal, as under
    nohup, goes on ignoring it.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda given, _frame: sys.exit(128 + given))


if __name__ == "__main__":
    main()
