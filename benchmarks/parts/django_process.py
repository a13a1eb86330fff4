"""A django-post-office process of its own, for comparison."""

import json
import re
from pathlib import Path

from lib.console import CommandError
from lib.environment import Environment
from lib.postgres import PORT, ROLE

from .child_process import ChildProcess

INSIDE = Path(__file__).parent / "inside_django.py"
APPS = ("django.contrib.contenttypes", "django.contrib.auth", "post_office")


class DjangoProcess(ChildProcess):
    """A child process that has set Django up; its orders are in ``inside_django.py``.

    Nothing is tuned: batches of 100, five threads a process and a log row for each
    mail are what django-post-office does by itself. Only its Message-ID is asked for,
    which every mailing needs.
    """

    def __init__(self, env: Environment, database: str, smtp_port: int, log: Path):
        settings = {
            "DATABASES": {
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "HOST": str(env.postgres.socket),
                    "PORT": str(PORT),
                    "USER": ROLE,
                    "NAME": database,
                }
            },
            "INSTALLED_APPS": APPS,
            "TEMPLATES": [
                {"BACKEND": "django.template.backends.django.DjangoTemplates"}
            ],
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": smtp_port,
            "POST_OFFICE": {
                "MESSAGE_ID_ENABLED": True,
                "MESSAGE_ID_FQDN": "desk.example",
            },
            "USE_TZ": True,
        }
        command = [str(env.django.python), str(INSIDE), json.dumps(settings)]
        super().__init__(command, log, env.django.environ())


def django_template(body: str) -> str:
    """Return the benchmarks' mail as a template of Django."""
    body = re.sub(
        r'<t t-out="object\.(\w+)">([^<]*)</t>', r'{{ \1|default:"\2" }}', body
    )
    body = re.sub(
        r'<t t-if="object\.(\w+)">(.*?)</t>',
        r"{% if \1 %}\2{% endif %}",
        body,
        flags=re.S,
    )
    for page, name in (("/view", "view"), ("/unsubscribe_from_list", "unsubscribe")):
        own = f"https://desk.example/{name}/{{{{ key }}}}"
        body = body.replace(f'href="{page}"', f'href="{own}"')
    if re.search(r"<t[ >]|t-(?:out|if)=", body):
        raise CommandError("the mail has QWeb in it that Django does not know.")
    return body
