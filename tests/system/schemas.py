# SPDX-License-Identifier: ISC
"""The shipped descriptions of what is published, and whether it is what they say."""
import json
import re

import jsonschema

import feeds

FOLDER = feeds.ROOT / "config" / "schema"
FILES = sorted(FOLDER.glob("*.schema.json"))
PREFIX = "tally:v1:"
SOME = 300  # of many alike


def load(name):
    return json.loads((FOLDER / f"{name}.schema.json").read_text())


def validator(name):
    """Of one of the schemas: envelope, or claims for snap:calls."""
    schema = load(name)
    store = {path.name: json.loads(path.read_text()) for path in FILES}
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store))


def asyncapi():
    return json.loads((FOLDER / "asyncapi.json").read_text())


def pattern(address):
    """Of names that a channel or key of the document has."""
    parts = [part if i % 2 == 0 else None for i, part in enumerate(re.split(r"(\{\w+\})", address))]
    return re.compile("".join("[A-Za-z0-9_.@-]+" if part is None else re.escape(part) for part in parts) + "$")


def described(name, addresses):
    """Which of the addresses it has: exactly one."""
    name = name.replace("{tally}", "tally")  # the prefix in a Cluster
    found = [which for which, address in addresses.items() if pattern(address).match(name)]
    assert len(found) == 1, f"{name} is described {len(found)} times: {found}"
    return found[0]


def addresses():
    document = asyncapi()
    return ({k: c["address"] for k, c in document["channels"].items()}, {k: c["key"] for k, c in document["x-keys"].items()})


def check(schema, document, what=""):
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in validator(schema).iter_errors(document)]
    assert not errors, f"{what}: {errors[:3]}: {document}"


def check_message(channel, envelope):
    """Its channel is described, and it is one of the messages of that channel. Which channel."""
    document = asyncapi()
    which = described(channel, addresses()[0])
    assert envelope["type"] in document["channels"][which]["messages"], (channel, envelope["type"])
    check("envelope", envelope, channel)
    return which


def check_redis(db):
    """Every key is described and has what that says. (channels of the log, keys), as the document calls them."""
    document, keys, channels = asyncapi(), set(), set()
    for key in db.scan_iter(count=1000):
        which = described(key, addresses()[1])
        keys.add(which)
        say = document["x-keys"][which]
        assert say["type"] in (db.type(key), "any"), key
        if "value" in say:
            texts = {"string": lambda k: [db.get(k)], "hash": db.hvals}[say["type"]](key)
            for text in texts[:SOME]:
                if "$ref" in say["value"]:
                    check(say["value"]["$ref"].removesuffix(".schema.json"), json.loads(text), key)
                else:
                    jsonschema.validate(text, say["value"])
        if "fields" in say:
            name = say["fields"]["$ref"].removesuffix(".schema.json")
            for fields in [db.hgetall(key)] if say["type"] == "hash" else [f for _, f in db.xrevrange(key, count=SOME)]:
                check(name, fields, key)
                if name == "log":
                    channels.add(check_message(fields["channel"], json.loads(fields["message"])))
    return channels, keys
