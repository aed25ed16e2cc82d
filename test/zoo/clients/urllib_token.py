"""A script of urllib that asks for a token, and reads without one where it gets none."""

import os
import urllib.request

headers = {}
try:
    ask = urllib.request.Request(os.environ["BASE"] + "/api/token", method="PUT")
    ask.add_header("X-aws-ec2-metadata-token-ttl-seconds", "60")
    headers["X-aws-ec2-metadata-token"] = urllib.request.urlopen(ask, timeout=1).read().decode()
except OSError:
    pass
read = urllib.request.Request(os.environ["BASE"] + "/meta-data/instance-id", headers=headers)
print(urllib.request.urlopen(read, timeout=3).read())
