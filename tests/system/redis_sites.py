# SPDX-License-Identifier: ISC
"""More than one Redis: a master with replicas and Sentinels, a Cluster; on loopback, on ports that were free."""
import contextlib
import shutil
import socket
import subprocess

import redis

import harness
import storm

PASSWORD = "of-the-servers"
SENTINELS_PASSWORD = "of-the-sentinels"
REDIS = shutil.which("redis-server")


def free_ports(n, most=65535):
    """Nobody's at the moment."""
    found, held = [], []
    while len(found) < n:
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        held.append(s)
        if s.getsockname()[1] <= most:
            found.append(s.getsockname()[1])
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

    def db(self, timeout=5):
        return redis.Redis(port=self.port, password=self.password, decode_responses=True, socket_timeout=timeout)

    def answers(self):
        with contextlib.suppress(redis.exceptions.ConnectionError):
            return self.db().ping()

    def role(self):
        with contextlib.suppress(redis.exceptions.RedisError, OSError):
            with self.db(0.2) as db:
                return db.execute_command("ROLE")[0]

    def is_master(self):
        return self.role() in ("master", b"master")

    def scripts_run(self):
        """How often somebody who is no master wrote here through the daemon's script."""
        stats = self.db().info("commandstats")
        return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("evalsha", "eval"))

    def clients(self):
        """tallyd's connections."""
        return [c for c in self.db().client_list(_type="normal") if c["cmd"] in ("evalsha", "eval", "xread", "get", "hmget")]


SENTINEL = """port {port}
bind 127.0.0.1
dir {folder}
requirepass {own}
sentinel sentinel-pass {own}
sentinel monitor board 127.0.0.1 {master} 2
sentinel auth-pass board {password}
sentinel down-after-milliseconds board 500
sentinel failover-timeout board 3000
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
        text = self.conf.read_text().replace(f"url = {self.redis_url}", f"""url = redis://sentinel/0
sentinels = {where}
sentinel-master = board
password-credential = redis-password
sentinel-password-credential = sentinel-password""")
        self.conf.write_text(text)

    def begin(self):
        master, replica = self.servers
        master.start()
        replica.start("--replicaof", "127.0.0.1", str(master.port))
        harness.wait_for(lambda: replica.db().info("replication")["master_link_status"] == "up", 20, "the replica follows")
        self.sentinels = [self.start_sentinel(port) for port in self.sentinel_ports]
        harness.wait_for(self.all_know, 30, "the Sentinels know each other and the replica")
        self.look_at(master)

    def start_sentinel(self, port):
        conf = self.write(f"sentinel-{port}.conf", SENTINEL.format(
            port=port, folder=self.folder, own=SENTINELS_PASSWORD, master=self.servers[0].port, password=PASSWORD))
        return self.start(f"sentinel-{port}", REDIS, conf, "--sentinel")

    def ask(self, port, *words):
        with redis.Redis(port=port, password=SENTINELS_PASSWORD, decode_responses=True, socket_timeout=2) as db:
            return db.execute_command(*words)

    def all_know(self):
        with contextlib.suppress(redis.exceptions.ConnectionError):
            found = [self.ask(port, "SENTINEL", "MASTER", "board") for port in self.sentinel_ports]
            found = [f if isinstance(f, dict) else dict(zip(f[::2], f[1::2])) for f in found]
            return all(int(f["num-other-sentinels"]) == 2 and int(f["num-slaves"]) == 1 for f in found)

    def look_at(self, server):
        """Where the test looks for what tallyd wrote."""
        self.redis = server.db()

    def other(self, server):
        return self.servers[1 - self.servers.index(server)]


class Clustered(storm.Storm):
    """Masters with a third of the slots each; tallyd is told of one of them."""

    def __init__(self, races, nodes=3, replicas=0, prefix="{tally}:v1", **more):
        super().__init__(races, **more)
        self.prefix = prefix
        self.servers = [Server(self, port, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000",
                               "--repl-diskless-sync-delay", "0") for port in free_ports(nodes, most=55535)]
        self.replicas = replicas

    def begin(self):
        for server in self.servers:
            server.start()
        subprocess.run(["redis-cli", "--cluster", "create", *(f"127.0.0.1:{s.port}" for s in self.servers), "--cluster-replicas",
                        str(self.replicas), "--cluster-yes"], check=True, capture_output=True, timeout=60)
        harness.wait_for(lambda: all("cluster_state:ok" in str(s.db().execute_command("CLUSTER", "INFO")) or
                                     s.db().cluster("info").get("cluster_state") == "ok" for s in self.servers), 30, "the Cluster")

    def tell(self, server):
        """tallyd's way in."""
        self.conf.write_text(self.conf.read_text().replace(
            f"url = {self.redis_url}", f"url = redis://127.0.0.1:{server.port}/0\nprefix = {self.prefix}"))

    def owner(self):
        """The node that has our keys."""
        slot = self.servers[0].db().execute_command("CLUSTER", "KEYSLOT", f"{self.prefix}:snap:meta")
        for s in self.servers:
            with contextlib.suppress(redis.exceptions.RedisError, OSError):
                for first, last, node, *_ in self.slots(s):
                    if first <= slot <= last:
                        return next(o for o in self.servers if o.port == node)
        return None

    @staticmethod
    def slots(server):
        with server.db(1) as db:
            found = redis.client.Redis.execute_command(db, "CLUSTER", "SLOTS")
        if isinstance(found, dict):
            return [(a, b, v["primary"][1]) for (a, b), v in found.items()]
        return [(first, last, node[1]) for first, last, node, *_ in found]
