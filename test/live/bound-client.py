"""A client that does one step for each line of its standard input, and says `done`.
usage: bound-client.py SOURCE-ADDRESS SOURCE-PORT ADDRESS PORT PATH
connect | ask (a request with its own pid in the path, and its answer) | close"""

import os
import socket
import struct
import sys

source, source_port, address, port, path = sys.argv[1:]
client = None
answers = b""

for line in sys.stdin:
    step = line.strip()
    if step == "connect":
        client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        client.settimeout(20)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Closed with a reset, the port is free at once.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.bind((source, int(source_port)))
        client.connect((address, int(port)))
        answers = client.makefile("rb")
    elif step == "ask":
        client.sendall(f"GET {path}/{os.getpid()} HTTP/1.1\r\nHost: imds\r\n\r\n".encode())
        status = answers.readline()
        if not status.startswith(b"HTTP/1.1 "):
            raise SystemExit(f"no answer: {status!r}")
        length = 0
        for header in iter(answers.readline, b"\r\n"):
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        answers.read(length)
    elif step == "close":
        answers.close()
        client.close()
    print("done", flush=True)
