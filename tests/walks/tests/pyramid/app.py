"""The original's two steps as one small Pyramid application that keeps the protocol of the walks.

    python app.py view_classes
    python app.py sessions

PORT and STATE_DIR come from the environment, as for every program that takes a walk.
"""

import os
import secrets
import signal
import sys
from pathlib import Path

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config, view_defaults
from waitress import create_server

TITLES = {"view_classes": "Quick Tour", "sessions": "Quick Tutorial"}


@view_defaults()
class Views:
    def __init__(self, request):
        self.request = request

    @view_config(route_name="home")
    def home(self):
        return self.page("Home View")

    @view_config(route_name="hello")
    def hello(self):
        return self.page("Hello View")

    def page(self, name):
        title = TITLES[self.request.registry.settings["step"]]
        lines = [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            f"    <title>{title}: {name}</title>",
            "</head>",
            "<body>",
            f"<h1>Hi {name}</h1>",
            *self.count_line(),
            "</body>",
            "</html>",
        ]
        return Response("\n".join(lines) + "\n")

    def count_line(self):
        if self.request.registry.settings["step"] != "sessions":
            return []
        count = self.request.session.get("counter", 0) + 1
        self.request.session["counter"] = count
        return [f"<p>Count: {count}</p>"]


def kept_secret():
    """The secret of the environment, or one that is made on the first start and kept."""
    if "SECRET" in os.environ:
        return os.environ["SECRET"]
    file = Path(os.environ["STATE_DIR"]) / "secret"
    if not file.exists():
        file.write_text(secrets.token_hex(32))
    return file.read_text().strip()


def app(step):
    with Configurator(settings={"step": step}) as config:
        if step == "sessions":
            config.set_session_factory(SignedCookieSessionFactory(kept_secret()))
        config.add_route("home", "/")
        config.add_route("hello", "/howdy")
        config.scan(__name__)
        return config.make_wsgi_app()


def main():
    server = create_server(app(sys.argv[1]), host="127.0.0.1", port=int(os.environ["PORT"]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
