"""A script of Requests that never asks for a token."""

import os

import requests

print(requests.get(os.environ["BASE"] + "/meta-data/instance-id", timeout=3).text)
