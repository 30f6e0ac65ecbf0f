#!/usr/bin/env python3
"""The operator's door: `manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

# These run where there is no site and no secret: on a bare machine before the first start, or offline.
NEEDS_NO_SECRETS = [("keys", "new"), ("collectstatic",), ("makemessages",), ("compilemessages",)]
OFFICERS_OWN = "--delivery-key"  # what is done with their key needs no other

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    is_offline = any(tuple(sys.argv[1 : 1 + len(command)]) == command for command in NEEDS_NO_SECRETS)
    if is_offline or any(word.partition("=")[0] == OFFICERS_OWN for word in sys.argv):
        os.environ["CAMPAIGN_ROLE"] = "offline"
    execute_from_command_line(sys.argv)
