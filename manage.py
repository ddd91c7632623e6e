#!/usr/bin/env python
"""The developer's and the operator's command line."""

import os
import sys


def main() -> None:
    """Run a management command; a plain checkout is the demo (DEBUG on) unless DEBUG says otherwise."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jvl.settings")
    os.environ.setdefault("DEBUG", "1")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
