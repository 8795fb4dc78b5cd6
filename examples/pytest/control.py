"""What a test does to its broker, by the control port of `odradek run --control`."""

import json
import os
import urllib.request


def control(method, path="", body=None, at=os.environ["ODRADEK_CONTROL"]):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(at + path, data, method=method)) as reply:
        return json.load(reply)
