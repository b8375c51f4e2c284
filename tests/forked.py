#!/usr/bin/env python3
"""`forked.py FOLDER ARGUMENT …` does what `python ARGUMENT …` does, in a fork of a server.

`tests/forkserver.hy` is the server, whose sockets are in FOLDER; KERAS_BACKEND chooses one. This
is Python, and run with `-IS`, to start in 20 ms. It hands over its arguments, folder, environment
and standard streams, passes signals on, and ends as the forked process ends. If it is killed, the
server kills the forked process.
"""
import json
import os
import signal
import socket
import sys
import time

FORWARDED = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def main(folder, *arguments):
    """Run a fork of the server in `folder` with `arguments`; end as it ends."""
    signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)  # until there is a process to get them
    connection = connect(os.path.join(folder, os.environ["KERAS_BACKEND"]))
    replies = connection.makefile()
    request = json.dumps({
        "client": os.getpid(),
        "arguments": arguments,
        "folder": os.getcwd(),
        "environment": dict(os.environ)})
    socket.send_fds(connection, [b"\0"], [0, 1, 2])
    connection.sendall(request.encode() + b"\n")
    process = int(replies.readline())
    for number in FORWARDED:
        signal.signal(number, lambda number, frame: os.kill(process, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, FORWARDED)
    end_as(int(replies.readline()))


def connect(server):
    """Return a connection to `server`, which may only just have been started."""
    for _ in range(3000):
        try:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(server)
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.01)
    sys.exit(f"{server}: no server answers")


def end_as(status):
    """End with `status`, or by the signal -`status`."""
    if status < 0:
        if -status in FORWARDED:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
