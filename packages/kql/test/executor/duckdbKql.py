"""Runs KQL queries on rows by duckdb-kql, an independent implementation. Reads one JSON document and prints one."""

import datetime
import json
import math
import sys

import duckdb_kql

TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "int": "INTEGER",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "timespan": "INTERVAL",
    "dynamic": "JSON",
    "guid": "UUID",
    "decimal": "DECIMAL(38, 16)",
}


def plain(value):
    """A value of a row: times as UTC text, spans as seconds."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, bool, int, float, list, dict)):
        return value
    return str(value)


def stored(row, column):
    value = row.get(column["name"])
    return json.dumps(value) if column["type"] == "dynamic" and value is not None else value


def connection_with(tables):
    connection = duckdb_kql.connect()
    for table in tables:
        columns = table["columns"]
        declared = ", ".join('"%s" %s' % (column["name"], TYPES[column["type"]]) for column in columns)
        connection.execute('CREATE TABLE "%s" (%s)' % (table["name"], declared))
        places = ", ".join("?" * len(columns))
        for row in table["rows"]:
            connection.execute(
                'INSERT INTO "%s" VALUES (%s)' % (table["name"], places), [stored(row, column) for column in columns]
            )
    return connection


CONNECTIONS = {}


def connection(tables):
    """One connection for queries on the same rows."""
    key = json.dumps(tables, sort_keys=True)
    if key not in CONNECTIONS:
        CONNECTIONS.clear()
        CONNECTIONS[key] = connection_with(tables)
    return CONNECTIONS[key]


def answer(query, tables, now):
    try:
        relation = duckdb_kql.kql(connection(tables), query, query_now=now)
        return {"columns": relation.columns, "rows": [[plain(value) for value in row] for row in relation.fetchall()]}
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, str(error).split("\n")[0])}


request = json.load(sys.stdin)
answers = [answer(entry["query"], entry["tables"], request["now"]) for entry in request["queries"]]
json.dump(answers, sys.stdout)
