# SPDX-License-Identifier: ISC
"""The shipped ACL users are enough for a night, for the clients and for Grafana, and for nothing else."""
import json
import re

import pytest
import redis

import feeds
import harness
import small_night
import storm
import test_redis_storm

ACL = feeds.ROOT / "config" / "redis" / "users.acl"
PUBLISHER, SUBSCRIBER, ADMIN = (("tally-publisher", "p-secret"), ("tally-subscriber", "s-secret"), ("default", "a-secret"))
KINDS = (*test_redis_storm.EVERY_KIND, "totals:state:WA", "race:WA:*")


def start(house, monkeypatch):
    """Redis with the shipped users, whose passwords are changed as the file says, and tallyd as one of them."""
    text = ACL.read_text()
    for name, secret in ((ADMIN[1], "admin"), (PUBLISHER[1], "publisher"), (SUBSCRIBER[1], "subscriber")):
        assert f">change-me-{secret} " in text
        text = text.replace(f">change-me-{secret} ", f">{name} ")
    house.start_redis("--aclfile", house.write("users.acl", text), username=ADMIN[0], password=ADMIN[1])
    house.write("redis-user", PUBLISHER[0]).chmod(0o600)
    house.write("redis-password", PUBLISHER[1]).chmod(0o600)
    small_night.replace(house.conf, house.conf.read_text().replace(
        "[redis]\n", "[redis]\nuser-credential = redis-user\npassword-credential = redis-password\n"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(house.folder))
    house.start_tallyd()


@pytest.fixture
def night(monkeypatch):
    with storm.Storm(5) as house:
        start(house, monkeypatch)
        house.settle(20)
        yield house


def test_a_night_with_them(night):
    languages = list(storm.LANGUAGES)
    url = f"unix://{SUBSCRIBER[0]}:{SUBSCRIBER[1]}@{night.redis_socket}"
    clients = [night.client(languages[i % 3], kind, url=url) for i, kind in enumerate(KINDS)]
    for client in clients:
        harness.wait_for(client.has_begun, 20, client.name)
    desk = storm.Desk(night, list(night.ids)[:10], 0.02)
    desk.run()
    night.rewrite()
    night.redis.flushall()
    night.redis.script_flush()
    test_redis_storm.converge(night, clients[-3:-2], 0)
    test_redis_storm.check_views(night, clients)
    # redis-py 5 and later say who they are, which users of before Redis 7.2 cannot be given, and go on without it
    refused = [entry for entry in night.redis.acl_log() if entry["object"] != "client|setinfo"]
    assert refused == [], "somebody was refused something"


def rights(name):
    line = next(line for line in ACL.read_text().splitlines() if line.startswith(f"user {name} "))
    assert " -@all " in line and " resetkeys " in line and " resetchannels " in line
    return {word[1:] for word in line.split() if word.startswith("+")}


def test_the_publisher_s_are_those_the_code_uses(night):
    commands = set(night.redis.execute_command("COMMAND LIST"))
    used = {"script|load", "cluster|slots"}
    for path in (feeds.ROOT / "daemon" / "edge").glob("*.c"):
        text = path.read_text()
        if "redis" in text:
            words = re.findall(r"redis\.call\('(\w+)'", text) + re.findall(r'SLICE\("([A-Z]+)"\)', text)
            used |= {word.lower() for word in words} & commands - {"script", "cluster"}
    assert rights(PUBLISHER[0]) == used


def test_the_subscriber_s_read_alone(night):
    mine = rights(SUBSCRIBER[0])
    for category in ("write", "admin", "dangerous", "scripting"):
        assert not mine & set(night.redis.execute_command("ACL", "CAT", category)), category


@pytest.mark.parametrize("user, command", (
    (PUBLISHER, "GET other"), (PUBLISHER, "PUBLISH other x"), (PUBLISHER, "PUBLISH tally:v1:other x"), (PUBLISHER, "FLUSHALL"),
    (PUBLISHER, "CONFIG GET *"), (PUBLISHER, "KEYS *"), (PUBLISHER, "SUBSCRIBE tally:v1:totals"), (PUBLISHER, "SCRIPT FLUSH"),
    (PUBLISHER, "SET other x"), (SUBSCRIBER, "SET tally:v1:snap:totals x"), (SUBSCRIBER, "PUBLISH tally:v1:totals x"),
    (SUBSCRIBER, "XADD tally:v1:log * a b"), (SUBSCRIBER, "DEL tally:v1:snap:totals"), (SUBSCRIBER, "GET other"),
    (SUBSCRIBER, "XRANGE tally:v1:desk - +"), (SUBSCRIBER, "GET tally:v1:lease"), (SUBSCRIBER, "PSUBSCRIBE *"),
    (SUBSCRIBER, "PSUBSCRIBE other:*"), (SUBSCRIBER, "SUBSCRIBE other"), (SUBSCRIBER, "KEYS *"), (SUBSCRIBER, "EVAL return 0"),
), ids=lambda v: v if isinstance(v, str) else v[0])
def test_refuses(night, user, command):
    db = night.connect(username=user[0], password=user[1])
    with pytest.raises(redis.ResponseError, match="(?i)no permission|NOPERM"):
        db.execute_command(*command.split())


def test_a_password_that_is_changed_is_taken_by_a_reload(night):
    """It was read, the reload said done, and the old one was tried until a restart."""
    night.redis.execute_command("ACL SETUSER", PUBLISHER[0], "resetpass", ">p-new")
    epoch = night.meta()["epoch"]
    night.write("redis-password", "p-new").chmod(0o600)
    assert night.ctl("reload").returncode == 0
    harness.wait_for(lambda: night.meta()["epoch"] > epoch, 20, "the reload's epoch")
    assert "refuses the user or password" not in night.tallyd.text()
    night.redis.execute_command("CLIENT KILL USER", PUBLISHER[0])
    night.rewrite()
    night.settle(20)
    harness.wait_for(lambda: night.status()["well"].startswith("yes"), 20, "it is well")
    night.redis.execute_command("ACL SETUSER", PUBLISHER[0], "resetpass", ">p-newest")
    night.redis.execute_command("CLIENT KILL USER", PUBLISHER[0])
    harness.wait_for(lambda: "refuses the user or password" in night.status()["redis"], 20, "it is said")
    epoch = night.meta()["epoch"]
    night.write("redis-password", "p-newest").chmod(0o600)
    assert night.ctl("reload").returncode == 0
    night.rewrite()
    night.settle(20, epoch)
    assert all(c["user"] == PUBLISHER[0] for c in night.redis.client_list() if c["cmd"] == "evalsha")


# ---- Grafana ----

GRAFANA = json.loads((feeds.ROOT / "config" / "grafana" / "tallyd-redis.json").read_text())
ANSWERS = {  # command of the plugin -> what it sends, as it does
    "hget": lambda q: ("HGET", q["keyName"], q["field"]), "hgetall": lambda q: ("HGETALL", q["keyName"]),
    "ttl": lambda q: ("TTL", q["keyName"]), "zrange": lambda q: ("ZRANGE", q["keyName"], q["min"], q["max"], "WITHSCORES"),
    "xrevrange": lambda q: ("XREVRANGE", q["keyName"], q["start"], q["end"], "COUNT", q["count"]),
}


def test_grafana_s_dashboard_shows_what_is_there(night):
    done = night.ctl("call", "ga-0", "won", "--reason", "read", "--yes")
    assert done.returncode == 0
    harness.wait_for(lambda: night.redis.zcard("tally:v1:winners"), 20, "a winner")
    db = night.connect(username=SUBSCRIBER[0], password=SUBSCRIBER[1])
    panels = GRAFANA["panels"]
    assert len({p["id"] for p in panels}) == len(panels)
    for panel in panels:
        for query in panel["targets"]:
            assert query["type"] == "command" and query["datasource"] == panel["datasource"] == panels[0]["datasource"]
            answer = db.execute_command(*ANSWERS[query["command"]](query))
            assert answer not in (None, [], {}, -2), (panel["title"], query)
            if query["command"] == "hget":
                assert re.fullmatch(r"\d+", answer), (panel["title"], answer)
            if query["command"] == "xrevrange":
                shown = [json.loads(fields["message"]) for _, fields in answer]
                extracted = {t["options"]["source"] for t in panel["transformations"] if t["id"] == "extractFields"}
                assert extracted == {"message", "data"}
                call = next(m for m in shown if m["type"] == "call")
                names = next(t["options"]["include"]["names"] for t in panel["transformations"] if t["id"] == "filterFieldsByName")
                assert set(names) <= set(call) | set(call["data"]), names
