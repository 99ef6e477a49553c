"""A server that speaks as DynamoDB does, for tests: moto, in memory, on a free port.

moto answers one request at a time here: its transactions are not kept apart from what other threads
do meanwhile, and DynamoDB's are. So no transaction meets another one, which DynamoDB's do: how that
is told is read in a test of the adapter's own. Three things that make moto slow are mended: it copies
the whole table for each transaction, to undo it, walks over a model of every value it answers, and
adds up an item's size again for each attribute. And one thing that it lacks is added: a transaction that
is sent again with its token has happened.

usage: dynamodb_server.py            prints the address and serves until it is ended
"""

import contextlib
import copy
import io
import os
import re
import subprocess
import sys
import threading


@contextlib.contextmanager
def serving():
    """Runs a server; gives its address once it answers."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True,
                               stdin=subprocess.PIPE)
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the server of DynamoDB's protocol did not start")
        yield address
    finally:
        process.stdin.close()  # it ends with its parent, however that ends
        process.wait(timeout=10)
        process.stdout.close()


class CopiesItems:
    """Stands for the module `copy` where moto copies tables: a table's copy shares all but what the
    transaction names."""

    def __init__(self, touched):
        self._touched = touched  # a thread's: the keys of its transaction

    def deepcopy(self, value, memo=None):
        if not hasattr(value, "range_key_attr") or not hasattr(value, "items"):
            return copy.deepcopy(value, memo)
        twin = copy.copy(value)
        twin.items = value.items.copy()
        for partition, sort in self._touched.keys:
            items = value.items.get(partition)
            if items is None:
                continue
            if twin.items[partition] is items:
                twin.items[partition] = dict(items)
            if sort in items:
                twin.items[partition][sort] = copy.deepcopy(items[sort])
        return twin

    def __getattr__(self, name):
        return getattr(copy, name)


def keys_of(actions):
    from moto.dynamodb.models.dynamo_type import DynamoType
    for action in actions:
        [(_, body)] = action.items()
        key = body.get("Key") or body.get("Item")
        yield DynamoType(key["pk"]), DynamoType(key["sk"])


def make_transactions_cheap():
    import moto.dynamodb.models as models
    touched = threading.local()
    models.copy = CopiesItems(touched)
    transact = models.DynamoDBBackend.transact_write_items

    def transact_write_items(self, transact_items):
        touched.keys = list(keys_of(transact_items))
        return transact(self, transact_items)

    models.DynamoDBBackend.transact_write_items = transact_write_items


def make_sizes_cheap():
    """moto adds up all of an item for each attribute that is set; once is enough."""
    from moto.dynamodb.exceptions import ItemSizeTooLarge
    from moto.dynamodb.models.dynamo_type import Item, LimitedSizeDict, bytesize
    make = Item.__init__

    def make_item(self, *args, **kwargs):
        make(self, *args, **kwargs)
        if sum(bytesize(name) + value.size() for name, value in self.attrs.items()) > 400 << 10:
            raise ItemSizeTooLarge

    LimitedSizeDict.__setitem__ = dict.__setitem__
    Item.__init__ = make_item


def make_answers_cheap():
    from moto.core.serialize import BaseJSONSerializer
    walk = BaseJSONSerializer._serialize_type_structure

    def serialize(self, serialized, value, shape, key):
        if shape.name == "AttributeValue":  # it is as it is to be sent
            serialized[key] = value
        else:
            walk(self, serialized, value, shape, key)

    BaseJSONSerializer._serialize_type_structure = serialize


def with_tokens(application):
    """Gives a transaction that comes again the answer that it had, if it succeeded."""
    answers = {}

    def answer(environ, start_response):
        if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(".TransactWriteItems"):
            return list(application(environ, start_response))
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        token = re.search(rb'"ClientRequestToken": ?"([^"]+)"', body)[1]
        if token not in answers:
            started = []
            content = list(application(environ, lambda *told, **_: started.append(told)))
            if not started[0][0].startswith("200"):
                start_response(*started[0])
                return content
            answers[token] = started[0], content
        started, content = answers[token]
        start_response(*started)
        return content

    return answer


def main():
    import logging
    from moto.server import create_backend_app
    from werkzeug.serving import make_server
    make_transactions_cheap()
    make_answers_cheap()
    make_sizes_cheap()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = with_tokens(create_backend_app("dynamodb"))
    one_at_a_time = threading.Lock()

    def serialised(environ, start_response):
        with one_at_a_time:
            return application(environ, start_response)

    server = make_server("127.0.0.1", 0, serialised, threaded=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
