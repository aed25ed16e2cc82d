"""listener.py FILE: a service manager's socket (sd_notify(3)), which anybody may write to. Prints what comes, as lines of JSON."""
import json, os, socket, sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
print(json.dumps("listening"), flush=True)
while True:
    print(json.dumps(listener.recv(8192).decode()), flush=True)
