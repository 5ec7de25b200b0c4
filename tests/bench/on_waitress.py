"""The walks' Pyramid application on waitress, for as long as the process lives that has started it.

STATE_DIR comes from the environment. It takes a free port, and prints it.
"""

import logging
import os
import sys
import threading
from pathlib import Path

from waitress import create_server

sys.path.insert(0, str(Path(__file__).parent.parent / "walks/tests/pyramid"))

from app import app  # noqa: E402

# As it comes, waitress lets 100 connections in, and all others wait.
CONNECTIONS = 1024


def end_with_driver():
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    # It would warn of each request that waits for a thread, and that is what is measured.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app("sessions"), host="127.0.0.1", port=0, connection_limit=CONNECTIONS)
    print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
    threading.Thread(target=end_with_driver, daemon=True).start()
    server.run()
