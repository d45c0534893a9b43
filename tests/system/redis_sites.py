# SPDX-License-Identifier: ISC
"""More than one Redis: a master with replicas and Sentinels, a Cluster; on loopback, on ports that were free."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading

import redis

import harness
import pair
import small_night
import storm

PASSWORD = "of-the-servers"
SENTINELS_PASSWORD = "of-the-sentinels"
PATIENCE = 120  # seconds for servers to agree; theirs, not ours: a Sentinel that had no processor for 2 s does nothing for 30 (its TILT)
REDIS = shutil.which(os.environ.get("REDIS_SERVER", "redis-server"))


BUS = 10000  # so far above its port a node of a Cluster talks to the others


def free_ports(n, bus=False):
    """Nobody's at the moment; with `bus`, nor are those of the Cluster's bus."""
    found, held = [], []
    while len(found) < n:
        with contextlib.suppress(OSError, OverflowError):
            held.append(socket.socket())
            held[-1].bind(("127.0.0.1", 0))
            port = held[-1].getsockname()[1]
            if bus:
                held.append(socket.socket())
                held[-1].bind(("127.0.0.1", port + BUS))
            found.append(port)
    for s in held:
        s.close()
    return found


class Server:
    """A redis-server of a house, which can be ended and started again."""

    def __init__(self, house, port, *options, password=None):
        self.house, self.port, self.options, self.password = house, port, options, password
        self.name = f"redis-{port}"
        (house.folder / self.name).mkdir()
        self.process = None

    def start(self, *more):
        self.process = self.house.start(self.name, REDIS, "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly",
                                        "no", "--dir", self.house.folder / self.name, *self.options, *more)
        harness.wait_for(self.answers, 10, self.name)
        return self

    def db(self, timeout=harness.PATIENCE):
        return redis.Redis(port=self.port, password=self.password, decode_responses=True, socket_timeout=timeout)

    def answers(self):
        with contextlib.suppress(redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
            return self.db().ping()

    def role(self):
        """None: it does not answer, or not at once; which is neither."""
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            with self.db(0.2) as db:
                return db.execute_command("ROLE")[0]

    def is_master(self):
        return self.role() in ("master", b"master")

    def is_replica(self):
        return self.role() in ("slave", b"slave")

    def follows(self):
        """In step with its master."""
        return self.db().info("replication").get("master_link_status") == "up"

    def scripts_run(self):
        """How often somebody who is no master wrote here through the daemon's script."""
        stats = self.db().info("commandstats")
        return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "eval"))

    def epoch_written(self, prefix):
        """The epoch of what was written here last; 0 where it follows another, or has nothing."""
        role, epoch = self.db().pipeline().role().hget(f"{prefix}:snap:meta", "epoch").execute()
        return int(epoch or 0) if role[0] == "master" else 0

    def clients(self):
        """tallyd's connections."""
        return [c for c in self.db().client_list(_type="normal") if c["cmd"] in ("evalsha", "eval", "xread", "get", "hmget")]


FAILOVER_TIMEOUT = 3  # seconds of each step; no other failover of their own within twice that
DOWN_AFTER = 2  # seconds; a server that becomes the master, or no more, cuts all connections, and Sentinels connect again after one
SENTINEL = """port {port}
bind 127.0.0.1
dir {folder}
requirepass {own}
sentinel sentinel-pass {own}
sentinel monitor board 127.0.0.1 {master} 2
sentinel auth-pass board {password}
sentinel down-after-milliseconds board {down}
sentinel failover-timeout board {timeout}
"""


class Watched(storm.Storm):
    """Two Redis and three Sentinels; tallyd is told of the Sentinels only."""

    def __init__(self, races, **more):
        super().__init__(races, **more)
        ports = free_ports(5)
        options = ("--requirepass", PASSWORD, "--masterauth", PASSWORD, "--repl-diskless-sync-delay", "0")
        self.servers = [Server(self, port, *options, password=PASSWORD) for port in ports[:2]]
        self.sentinel_ports = ports[2:]
        for name, secret in (("redis", PASSWORD), ("sentinel", SENTINELS_PASSWORD)):
            self.write(name + "-password", secret + "\n").chmod(0o600)
        where = ", ".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        self.url = f"""redis://sentinel/0
sentinels = {where}
sentinel-master = board
password-credential = redis-password
sentinel-password-credential = sentinel-password"""
        self.conf.write_text(self.conf.read_text().replace(f"url = {self.redis_url}", f"url = {self.url}"))

    def begin(self):
        master, replica = self.servers
        master.start()
        replica.start("--replicaof", "127.0.0.1", str(master.port))
        harness.wait_for(replica.follows, PATIENCE, "the replica follows")
        self.sentinels = [self.start_sentinel(port) for port in self.sentinel_ports]
        harness.wait_for(self.all_know, PATIENCE, "the Sentinels know each other and the replica")
        self.look_at(master)

    def start_sentinel(self, port):
        conf = self.write(f"sentinel-{port}.conf", SENTINEL.format(
            port=port, folder=self.folder, own=SENTINELS_PASSWORD, master=self.servers[0].port, password=PASSWORD,
            timeout=FAILOVER_TIMEOUT * 1000, down=DOWN_AFTER * 1000))
        return self.start(f"sentinel-{port}", REDIS, conf, "--sentinel")

    def ask(self, port, *words):
        with redis.Redis(port=port, password=SENTINELS_PASSWORD, decode_responses=True, socket_timeout=2) as db:
            return db.execute_command(*words)

    def all_know(self):
        with contextlib.suppress(redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
            found = [self.ask(port, "SENTINEL", "MASTER", "board") for port in self.sentinel_ports]
            found = [f if isinstance(f, dict) else dict(zip(f[::2], f[1::2])) for f in found]
            return all(int(f["num-other-sentinels"]) == 2 and int(f["num-slaves"]) == 1 for f in found)

    def look_at(self, server):
        """Where the test looks for what tallyd wrote."""
        self.redis = server.db()

    def other(self, server):
        return self.servers[1 - self.servers.index(server)]


class WatchedPair(pair.Pair):
    """Two daemons at them; every message that either Redis passes on is kept."""

    def __enter__(self):
        contextlib.ExitStack.__enter__(self)
        self.house = self.enter_context(Watched(1))
        self.house.begin()
        self.redis, self.feeds = self.house.redis, self.house.folder
        small_night.replace(self.feeds / "county.xml", small_night.detail())
        self.call_feed(None)
        self.a, self.b = (self.enter_context(pair.Side(name, self.house.url, self.feeds)) for name in "ab")
        self.heard = []
        return self

    def hear(self, server):
        """What it passes on, until it ends."""
        def listen(listener):
            with contextlib.suppress(redis.exceptions.RedisError, OSError, ValueError):
                for item in listener.listen():
                    if item["type"] == "pmessage":
                        self.heard.append(json.loads(item["data"]))
        listener = server.db(None).pubsub()
        listener.psubscribe("tally:v1:*")
        threading.Thread(target=listen, args=(listener,), daemon=True).start()

    def owners(self):
        """{epoch: owners whose messages were heard in it}"""
        out = {}
        for m in list(self.heard):
            out.setdefault(m["epoch"], set()).add(m["owner"])
        return out


class Clustered(storm.Storm):
    """Three masters with a third of the slots each; tallyd is told of one that has not our keys."""

    prefix = "{tally}:v1"

    def __init__(self, races, **more):
        super().__init__(races, **more)
        # a replica stands however long it has not heard from its master: without that, one that had no processor for half a minute never would
        self.servers = [Server(self, port, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000",
                               "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0") for port in free_ports(3, bus=True)]

    def begin(self):
        for server in self.servers:
            server.start()
        self.cluster("create", *(f"127.0.0.1:{s.port}" for s in self.servers))
        self.slot = self.ask(self.servers[0], "KEYSLOT", f"{self.prefix}:snap:meta")
        harness.wait_for(self.all_know, PATIENCE, "the nodes know each other")
        owner = harness.wait_for(self.owner, PATIENCE, "who has our keys")
        self.way_in = next(s for s in self.servers if s is not owner)
        self.conf.write_text(self.conf.read_text().replace(
            f"url = {self.redis_url}", f"url = redis://127.0.0.1:{self.way_in.port}/0\nprefix = {self.prefix}"))
        self.redis = owner.db()
        return owner

    def add_replica(self, owner):
        """Known to all as that, so that it can be elected at once."""
        spare = Server(self, free_ports(1, bus=True)[0], *owner.options).start()
        self.cluster("add-node", f"127.0.0.1:{spare.port}", f"127.0.0.1:{owner.port}", "--cluster-slave",
                     "--cluster-master-id", self.id_of(owner))
        self.servers.append(spare)
        harness.wait_for(lambda: self.all_know() and spare.follows(), PATIENCE, "all nodes know the replica, and it follows")
        return spare

    def view(self, server):
        """Every node as this one sees it, (id, its master's, slots); None while it has not met all, or misses one."""
        seen = set()
        for line in self.ask(server, "NODES").splitlines():
            node, _, flags, master, _, _, _, link, *slots = line.split()
            if link != "connected" or not {"handshake", "noaddr", "fail", "fail?"}.isdisjoint(flags.split(",")):
                return None
            seen.add((node, master, *slots))
        return seen if len(seen) == len(self.servers) else None

    def all_know(self):
        """All nodes see the same, and that it is in order; word of a new one goes round for seconds, and who does not know it gives it no vote."""
        first, *others = (self.view(s) for s in self.servers)
        return first and all(v == first for v in others) and all("cluster_state:ok" in self.ask(s, "INFO") for s in self.servers)

    @staticmethod
    def cluster(*words):
        subprocess.run(["redis-cli", "--cluster", *words, "--cluster-yes"], check=True, capture_output=True, timeout=PATIENCE)

    @staticmethod
    def ask(server, *words, timeout=harness.PATIENCE):
        """A CLUSTER command, its answer as it comes."""
        with server.db(timeout) as db:
            db.response_callbacks.clear()
            return db.execute_command("CLUSTER", *words)

    def id_of(self, server):
        return self.ask(server, "MYID")

    def owner(self):
        """The node that has our keys, as all know it; None while they do not agree."""
        ports = set()
        for s in self.servers:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                ports |= {node[1] for first, last, node, *_ in self.ask(s, "SLOTS", timeout=1) if first <= self.slot <= last}
        return next((s for s in self.servers if {s.port} == ports), None)

    def migrate(self, source, target, meanwhile):
        """Our slot goes to another master, key by key; meanwhile() when half of them are there."""
        self.ask(target, "SETSLOT", self.slot, "IMPORTING", self.id_of(source))
        self.ask(source, "SETSLOT", self.slot, "MIGRATING", self.id_of(target))
        keys = self.ask(source, "GETKEYSINSLOT", self.slot, 100)
        for half in keys[:len(keys) // 2], keys[len(keys) // 2:]:
            source.db().execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *half)
            meanwhile()
        for server in (target, source, *self.servers):
            with contextlib.suppress(redis.exceptions.ResponseError):  # replicas learn it by themselves
                self.ask(server, "SETSLOT", self.slot, "NODE", self.id_of(target))
