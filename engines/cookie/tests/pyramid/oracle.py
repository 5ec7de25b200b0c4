"""Answers, line by line, what real Pyramid does with a session: one request a line.

A line is a JSON object; texts that may hold halves of surrogate pairs are JSON within its strings.
The clock is the request's own: `pyramid.session` sees no other.
"""

import json
import sys

import pyramid.session
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from pyramid.testing import DummyRequest


class Clock:
    now = 0.0

    def time(self):
        return self.now


CLOCK = Clock()
pyramid.session.time = CLOCK


def act(session, step):
    """One operation; its result, where it has one. `spell` leaves the session alone."""
    CLOCK.now = step["at"]
    kind = step["kind"]
    if kind == "spell":
        return json.loads(step["json"])
    if kind == "replace":
        session.clear()
        session.update(json.loads(step["json"]))
    elif kind == "set":
        session[step["key"]] = json.loads(step["json"])
    elif kind == "remove":
        session.pop(step["key"], None)
    elif kind == "get":
        return session.get(step["key"])
    elif kind == "flash":
        session.flash(step["message"], step["queue"])
    elif kind == "flash_once":
        session.flash(step["message"], step["queue"], allow_duplicate=False)
    elif kind == "pop_flash":
        return session.pop_flash(step["queue"])
    elif kind == "peek_flash":
        return session.peek_flash(step["queue"])
    else:
        raise ValueError(f"no such operation: {kind}")


def answer(case):
    cookies = {} if case["cookie"] is None else {case["options"]["cookie_name"]: case["cookie"]}
    request = DummyRequest(cookies=cookies)
    CLOCK.now = case["at"]
    session = SignedCookieSessionFactory(**case["options"])(request)
    results = [json.dumps(act(session, step)) for step in case["steps"]]
    response = Response()
    too_large = None
    try:
        request._process_response_callbacks(response)
    except ValueError as error:
        too_large = int("".join(digit for digit in str(error) if digit.isdigit()))
    return {
        "set_cookie": response.headers.get("Set-Cookie"),
        "too_large": too_large,
        "created": json.dumps(session.created),
        "new": session.new,
        "state": json.dumps(dict(session)),
        "results": results,
    }


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
