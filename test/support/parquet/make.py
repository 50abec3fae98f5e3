"""Writes the files beside this one: the same table by pyarrow 25.0.1, polars 1.44.2 and DuckDB 1.5.6, in the forms that real senders use."""

import datetime
import decimal
import pathlib

import duckdb
import polars
import pyarrow
import pyarrow.parquet

folder = pathlib.Path(__file__).parent
count = 150
rows = range(count)
isrcs = [f"ZZACC26{row % 90:05d}" for row in rows]
instants = [datetime.datetime(2026, 1, 1 + row % 31, 12 if row % 3 == 0 else 0) for row in rows]
table = pyarrow.table(
    {
        "isrc": pyarrow.array(isrcs),
        "plays": pyarrow.array([row * 7919 % 1000 + (2**53 + 1 if row == 5 else 0) for row in rows], pyarrow.int64()),
        "returned": pyarrow.array(
            [decimal.Decimal(row % 50).quantize(decimal.Decimal("0.000")) for row in rows], pyarrow.decimal128(18, 3)
        ),
        "small": pyarrow.array([200 + row % 50 for row in rows], pyarrow.uint8()),
        "day": pyarrow.array([datetime.date(2026, 1, 1 + row % 31) for row in rows], pyarrow.date32()),
        "at": pyarrow.array(instants, pyarrow.timestamp("us")),
        "territory": pyarrow.array([["RU", "KZ", None, "DE"][row % 4] for row in rows]),
        "premium": pyarrow.array([row % 5 == 0 for row in rows]),
        "price": pyarrow.array([row * 0.5 for row in rows], pyarrow.float64()),
        "track": pyarrow.array(
            [None if row % 11 == 10 else {"isrc": isrcs[row], "title": f'Песня, "{row}"\n'} for row in rows],
            pyarrow.struct([("isrc", pyarrow.string()), ("title", pyarrow.string())]),
        ),
        "tags": pyarrow.array([["a", "b"]] * count, pyarrow.list_(pyarrow.string())),
        "fixed": pyarrow.array([b"ZZ"] * count, pyarrow.binary(2)),
    }
)


def write(name, **options):
    pyarrow.parquet.write_table(table, folder / f"{name}.parquet", **options)


write("snappy", compression="snappy")
write("zstd-pages", compression="zstd", data_page_version="2.0", data_page_size=256, row_group_size=64, write_page_checksum=True)
write("gzip-int96", compression="gzip", use_dictionary=False, version="1.0", use_deprecated_int96_timestamps=True)
write(
    "deltas",
    compression="none",
    use_dictionary=False,
    write_page_checksum=True,
    store_decimal_as_integer=True,
    column_encoding={
        "isrc": "DELTA_BYTE_ARRAY",
        "plays": "DELTA_BINARY_PACKED",
        "small": "DELTA_BINARY_PACKED",
        "day": "DELTA_BINARY_PACKED",
        "territory": "DELTA_LENGTH_BYTE_ARRAY",
        "at": "BYTE_STREAM_SPLIT",
        "premium": "RLE",
        "price": "BYTE_STREAM_SPLIT",
        "fixed": "DELTA_BYTE_ARRAY",
    },
)
write("brotli", compression="brotli")
polars.from_arrow(table).write_parquet(folder / "polars.parquet")
connection = duckdb.connect()
connection.register("usage", table)
for name, options in (("duckdb", ""), ("duckdb-v2", ", parquet_version v2, compression zstd")):
    connection.execute(f"COPY (SELECT * FROM usage) TO '{folder / name}.parquet' (FORMAT parquet{options})")
