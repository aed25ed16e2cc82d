"""http.client: three requests on one connection, the last with a token."""

import http.client
import os
import urllib.parse

connection = http.client.HTTPConnection(urllib.parse.urlsplit(os.environ["BASE"]).netloc)


def ask(method, path, **headers):
    connection.request(method, path, headers=headers)
    return connection.getresponse().read().decode()


ask("GET", "/latest/meta-data/mac")
token = ask("PUT", "/latest/api/token", **{"X-aws-ec2-metadata-token-ttl-seconds": "60"})
ask("GET", "/latest/user-data", **{"X-aws-ec2-metadata-token": token})
