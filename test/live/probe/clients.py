"""Clients of the live tests: each command is a way to connect. usage: clients.py COMMAND ADDRESS [MORE...]"""

import ctypes
import errno
import http.client
import os
import re
import shutil
import socket
import struct
import sys
import threading
import time

PORT = int(os.environ.get("REQUEST_PORT", "80"))
PATH = os.environ.get("REQUEST_PATH", "/latest/meta-data/")
TOKEN = os.environ.get("REQUEST_TOKEN", "")
TOKEN_LINE = f"X-aws-ec2-metadata-token: {TOKEN}\r\n" if TOKEN else ""
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: imds\r\n{TOKEN_LINE}Connection: close\r\n\r\n".encode()


def connect(address, port=PORT, family=None):
    family = family or (socket.AF_INET6 if ":" in address else socket.AF_INET)
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(20)
    sock.connect((address, port))
    return sock


def drain(sock):
    total = 0
    while True:
        data = sock.recv(65536)
        if not data:
            return total
        total += len(data)


def request(address, _name=None, bytes_to_send=REQUEST, **options):
    with connect(address, **options) as sock:
        sock.sendall(bytes_to_send)
        return drain(sock)


def byte_by_byte(address):
    with connect(address) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in REQUEST:
            sock.sendall(bytes([byte]))
        drain(sock)


def two_writes(address):
    with connect(address) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(REQUEST[:20])
        sock.sendall(REQUEST[20:])
        drain(sock)


def kept(address, count):
    """So many requests on one connection, each with its number in the path; every tenth without a token."""
    connection = http.client.HTTPConnection(address, PORT, timeout=20)
    for number in range(int(count)):
        headers = {} if number % 10 == 9 else {"X-aws-ec2-metadata-token": TOKEN}
        connection.request("GET", f"{PATH}/{number}", headers=headers)
        connection.getresponse().read()


def nonblocking(address):
    sock = socket.socket()
    sock.setblocking(False)
    code = sock.connect_ex((address, PORT))
    assert code == errno.EINPROGRESS, code
    sock.settimeout(20)
    while sock.connect_ex((address, PORT)) not in (0, errno.EISCONN):
        pass
    sock.sendall(REQUEST)
    drain(sock)


def fast_open(address):
    sock = socket.socket()
    sock.sendto(REQUEST, socket.MSG_FASTOPEN, (address, PORT))
    drain(sock)


def mptcp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP) as sock:
        sock.settimeout(20)
        sock.connect((address, PORT))
        sock.sendall(REQUEST)
        drain(sock)


def mapped(address):
    request("::ffff:" + address, family=socket.AF_INET6)


def refused(address):
    try:
        connect(address)
    except ConnectionRefusedError:
        return
    raise SystemExit("was not refused")


def unreachable(address):
    try:
        connect(address)
    except OSError as error:
        assert error.errno == errno.ENETUNREACH, error
        return
    raise SystemExit("was reached")


def unreachable_thrice(address):
    with socket.socket() as s:
        for _ in range(3):
            assert s.connect_ex((address, PORT)) == errno.ENETUNREACH


def again(address, nobody):
    """One socket: a connect that is refused, a request, and another one by a forked child after AF_UNSPEC."""
    with socket.socket() as sock:
        sock.settimeout(20)
        try:
            sock.connect((address, int(nobody)))
            raise SystemExit("was not refused")
        except ConnectionRefusedError:
            pass
        ask_again(sock, address, "first")
        child = os.fork()
        if child == 0:
            ask_again(sock, address, "second")
            os._exit(0)
        os.waitpid(child, 0)


def ask_again(sock, address, name):
    unspecified = struct.pack("H14x", socket.AF_UNSPEC)
    ctypes.CDLL(None).connect(sock.fileno(), unspecified, len(unspecified))
    sock.connect((address, PORT))
    sock.sendall(REQUEST.replace(PATH.encode(), f"{PATH}-{name}-{os.getpid()}".encode()))
    drain(sock)


def from_thread(address):
    def work():
        print(threading.get_native_id(), flush=True)
        request(address)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def from_fork(address):
    pid = os.fork()
    if pid == 0:
        request(address)
        os._exit(0)
    print(pid, flush=True)
    os.waitpid(pid, 0)


def exec_after_connect(address):
    sock = connect(address)
    os.set_inheritable(sock.fileno(), True)
    os.execv(sys.executable, [sys.executable, __file__, "after_exec", address, str(sock.fileno())])


def after_exec(address, descriptor):
    with socket.socket(fileno=int(descriptor)) as sock:
        sock.settimeout(20)
        sock.sendall(REQUEST)
        drain(sock)
    request(address)


def held(address):
    """Connects, says so, and goes on when a line comes."""
    with connect(address) as sock:
        print("connected", flush=True)
        sys.stdin.readline()
        sock.sendall(REQUEST)
        drain(sock)


def held_forked(address):
    """The same, with a child that has the socket too."""
    sock = connect(address)
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
    print("connected", flush=True)
    sys.stdin.readline()
    sock.sendall(REQUEST)
    drain(sock)


def retitled(address):
    """Overwrites its own argument list, as setproctitle does."""
    argc, argv = ctypes.c_int(), ctypes.POINTER(ctypes.c_void_p)()
    ctypes.pythonapi.Py_GetArgcArgv(ctypes.byref(argc), ctypes.byref(argv))
    with open("/proc/self/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    start, end = int(fields[45]), int(fields[46])
    ctypes.memset(start, ord("x"), end - start - 1)
    request(address)


def large(address, size):
    """Sends that much, in as few writes as the kernel takes."""
    head = b"POST / HTTP/1.1\r\nHost: imds\r\nConnection: close\r\nContent-Length: " + size.encode() + b"\r\n\r\n"
    request(address, bytes_to_send=head + b"x" * int(size))


def odd_path(address, folder):
    """A program whose path is long and not UTF-8."""
    path = os.path.join(os.fsencode(folder), *[b"\xff" * 250] * 8)
    os.makedirs(path)
    program = os.path.join(path, b"python3")
    shutil.copy(sys.executable, program)
    os.execve(program, ["python3", __file__, "held", address], {**os.environ, "PYTHONHOME": "/usr"})


def sink(address):
    """A server that takes all that is sent before it answers."""
    server = socket.create_server((address, PORT))
    print("listening", flush=True)
    while True:
        sock, _ = server.accept()
        with sock:
            head = sock.recv(65536)
            length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
            left = length + head.index(b"\r\n\r\n") + 4 - len(head)
            while left > 0:
                left -= len(sock.recv(65536))
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def deep(address, levels):
    """So many processes, each the child of the one before; the last one connects."""
    if int(levels) == 0:
        request(address)
        return
    arguments = [sys.executable, __file__, "deep", address, str(int(levels) - 1)]
    os.waitpid(os.spawnv(os.P_NOWAIT, sys.executable, arguments), 0)


def orphan(address):
    """A child whose parent has ended connects."""
    read, write = os.pipe()
    if os.fork() == 0:
        parent = os.getpid()
        if os.fork() == 0:
            while os.getppid() == parent:
                time.sleep(0.001)
            print(os.getpid(), os.getppid(), flush=True)
            request(address)
            os.write(write, b"x")
        os._exit(0)
    os.wait()
    os.read(read, 1)


def reuse_pid(address):
    """Two programs with one pid, one after the other; prints it. Others on the host may be faster."""
    for _ in range(200):
        first = os.fork()
        if first == 0:
            os.execv(sys.executable, [sys.executable, __file__, "request", address, "first"])
        os.waitpid(first, 0)
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(first - 1))
        second = os.fork()
        if second == 0:
            if os.getpid() != first:
                os._exit(0)
            os.execv(sys.executable, [sys.executable, __file__, "request", address, "second"])
        os.waitpid(second, 0)
        if second == first:
            print(first, flush=True)
            return
    raise SystemExit("no pid was used again")


def flood(address, count, at_once):
    """So many connections from so many processes, each with its own pid in its request."""
    running = 0
    for _ in range(int(count)):
        if running == int(at_once):
            os.wait()
            running -= 1
        if os.fork() == 0:
            line = f"GET /latest/meta-data/?pid={os.getpid()} HTTP/1.1\r\nHost: imds\r\n\r\n"
            try:
                request(address, bytes_to_send=line.encode())
                os._exit(0)
            except OSError as error:
                sys.stderr.write(f"{error}\n")
                os._exit(1)
        running += 1
    failed = 0
    while running > 0:
        failed += os.wait()[1] != 0
        running -= 1
    sys.exit(failed > 0)


COMMANDS = [
    request, byte_by_byte, two_writes, kept, nonblocking, fast_open, mptcp, mapped, refused, unreachable,
    unreachable_thrice, again, from_thread, from_fork, exec_after_connect, after_exec, held, held_forked, retitled,
    large, odd_path, sink, deep, orphan,
    reuse_pid, flood,
]  # fmt: skip

if __name__ == "__main__":
    {command.__name__: command for command in COMMANDS}[sys.argv[1]](*sys.argv[2:])
