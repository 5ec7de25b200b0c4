"""A Pyramid application that shares its sessions with a program of ours: same pages, same secret.

PORT and SECRET come from the environment.
"""

import html
import os
import signal
import sys

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config
from waitress import create_server


def page(title, *lines):
    head = ["<!DOCTYPE html>", '<html lang="en">', "<head>"]
    head += [f"    <title>Quick Tutorial: {title}</title>", "</head>", "<body>"]
    return Response("\n".join([*head, *lines, "</body>", "</html>"]) + "\n")


class TutorialViews:
    def __init__(self, request):
        self.request = request
        self.session = request.session

    @view_config(route_name="home")
    def home(self):
        return self.counted("Home View")

    @view_config(route_name="hello")
    def hello(self):
        return self.counted("Hello View")

    def counted(self, name):
        count = self.session["counter"] = self.session.get("counter", 0) + 1
        messages = [html.escape(message) for message in self.session.pop_flash()]
        messages = [f'<p role="status">{message}</p>' for message in messages]
        return page(name, *messages, f"<h1>Hi {name}</h1>", f"<p>Count: {count}</p>")

    @view_config(route_name="sign", request_method="GET")
    def form(self):
        token = self.session.get_csrf_token()
        return page(
            "Sign",
            "<h1>Sign</h1>",
            '<form method="post" action="/sign">',
            f'<input type="hidden" name="csrf_token" value="{token}">',
            '<p><label>Your message <input name="message" required></label></p>',
            "<p><button>Sign</button></p>",
            "</form>",
        )

    @view_config(route_name="sign", request_method="POST")
    def sign(self):
        if self.request.POST.get("csrf_token") != self.session.get_csrf_token():
            raise HTTPForbidden()
        self.session.flash(self.request.POST["message"])
        return HTTPSeeOther("/")


def main():
    with Configurator() as config:
        config.set_session_factory(SignedCookieSessionFactory(os.environ["SECRET"]))
        config.add_route("home", "/")
        config.add_route("hello", "/howdy")
        config.add_route("sign", "/sign")
        config.scan(__name__)
        app = config.make_wsgi_app()
    server = create_server(app, host="127.0.0.1", port=int(os.environ["PORT"]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
