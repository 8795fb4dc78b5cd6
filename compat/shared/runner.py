"""What the Python runners share: the contract of compat/runner.ts (arguments, one JSON line at begin and end of a scenario)."""

import json
import os
import subprocess
import sys
import threading
import time
import traceback

KEYS = 10_000
KEY_PARTITIONS = 7


def argument(name, default=None):
    flag = "--" + name
    return sys.argv[sys.argv.index(flag) + 1] if flag in sys.argv else default


class NotOffered(Exception):
    """This client has no means for the scenario."""


class Job:
    def __init__(self, client):
        self.client = client
        self.bootstrap = argument("bootstrap", "127.0.0.1:9092")
        self._stamp = f"{int(time.time() * 1000):x}{os.getpid()}"
        self._count = 0

    def fresh(self, stem):
        self._count += 1
        return f"{self.client}-{stem}-{self._stamp}-{self._count}"

    def restart(self):
        command = argument("restart")
        if command is None:
            raise RuntimeError("no --restart command was given")
        subprocess.run(["sh", "-c", command], check=True, timeout=90, stdout=subprocess.DEVNULL)


def same(says, got, wanted):
    if got != wanted:
        raise AssertionError(f"{says}: got {str(got)[:300]}, wanted {str(wanted)[:300]}")


def holds(says, value):
    if not value:
        raise AssertionError(says)


def until(what, timeout_s, check, every_s=0.03):
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {what}")
        time.sleep(every_s)


def values(start, count):
    return [f"value-{index}-{'a' * (index % 100)}".encode() for index in range(start, start + count)]


def key_at(index):
    if index % 3 == 0:
        return f"key-{index}".encode()
    return f"é{index * 7919}ß".encode() if index % 3 == 1 else ("x" * (index % 50) + str(index)).encode()


def java_partitions():
    with open("compat/shared/java-partitions.txt", encoding="ascii") as file:
        return [int(digit) for digit in file.read() if digit.isdigit()]


class Member:
    """A member of a group in a process of its own, which prints what it is assigned and what it reads."""

    def __init__(self, script, job, topic, group):
        self.assigned = []
        self.values = set()
        command = [sys.executable, script, "--bootstrap", job.bootstrap, "--member", topic, "--group", group]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        for line in self.process.stdout:
            fact = json.loads(line)
            if "assigned" in fact:
                self.assigned = fact["assigned"]
            else:
                self.values.add(fact["value"])


def say(**fact):
    print(json.dumps(fact), flush=True)


def rebalance(script, job, topic, produce):
    """Three members, one killed: the scenario is the same for every Python client."""
    group = job.fresh("group")
    members = [Member(script, job, topic, group) for _ in range(3)]

    def shared(alive, each):
        owned = sorted(partition for member in alive for partition in member.assigned)
        return all(len(member.assigned) == each for member in alive) and owned == [0, 1, 2, 3, 4, 5]

    def arrived(count):
        return lambda: len(set().union(*(member.values for member in members))) == count

    try:
        until("each of three members has two partitions", 40, lambda: shared(members, 2))
        produce(0)
        until("60 records arrived", 20, arrived(60))
        killed = time.monotonic()
        members[0].process.kill()
        until("the two left share six partitions", 40, lambda: shared(members[1:], 3))
        took = round((time.monotonic() - killed) * 1000)
        produce(60)
        until("120 records arrived", 20, arrived(120))
        return f"taken over {took} ms after the kill"
    finally:
        for member in members:
            member.process.kill()


def run_scenes(client, scenes):
    """Runs functions of a job, or what `play` makes of them, and ends the process."""
    only = argument("only")
    job = Job(client)
    for name, scene in scenes.items():
        if only is not None and name not in only.split(","):
            continue
        say(client=client, scenario=name, begins=True)
        began = time.monotonic()
        try:
            detail = scene(job) or ""
            ok = True
        except NotOffered as error:
            ok, detail = None, str(error)
        except BaseException as error:  # noqa: B902  whatever a client throws is a finding
            where = traceback.extract_tb(error.__traceback__)[-1]
            ok, detail = False, f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
        say(client=client, scenario=name, ok=ok, ms=round((time.monotonic() - began) * 1000), detail=detail[:500])
    sys.stdout.flush()
    os._exit(0)
