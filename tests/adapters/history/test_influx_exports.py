"""Files as InfluxDB's own tools write them: `influx query --raw`, `export-lp` of version 2, `export` of version 1."""

import gzip
from pathlib import Path

import pytest

from processor.cli.wire_history import FileHistory, open_files
from processor.model.reading import Reading
from processor.ports.history import HistoryUnusable
from tests.runtime.town import town

DISTRICT = town()
AT = 1_790_000_000_000  # 2026-09-21T14:13:20Z

# Three tables of two kinds of value, as the tool writes them: CRLF, annotations again where the columns change.
UNPIVOTED = """\
#group,false,false,true,true,false,false,true,true,true
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
#default,_result,,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement,device
,,0,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:20Z,100.5,current,meter,e-m1
,,0,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:14:20.000000001Z,101,current,meter,e-m1
,,1,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:21.5Z,7,current,meter,w-m1

#group,false,false,true,true,false,false,true,true,true
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,boolean,string,string,string
#default,_result,,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement,device
,,2,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:30Z,true,wet,leak,e-l1

#group,false,false,true,true,false,true,true,true,false
#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,string,string,string,string,dateTime:RFC3339
#default,_result,,,,,,,,
,result,table,_start,_stop,_value,_field,_measurement,device,_time
,,3,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,open,position,valve,e-v1,2026-09-21T14:13:40Z

"""
PIVOTED = """\
#group,false,false,false,true,true,false
#datatype,string,long,dateTime:RFC3339,string,string,double
#default,_result,,,,,
,result,table,_time,_measurement,device,current
,,0,2026-09-21T14:13:20Z,meter,e-m1,100.5
,,0,2026-09-21T14:14:20.000000001Z,meter,e-m1,101
,,1,2026-09-21T14:13:21.5Z,meter,w-m1,7

#group,false,false,false,true,true,false
#datatype,string,long,dateTime:RFC3339,string,string,boolean
#default,_result,,,,,
,result,table,_time,_measurement,device,wet
,,2,2026-09-21T14:13:30Z,leak,e-l1,true

#group,false,false,false,true,true,false
#datatype,string,long,dateTime:RFC3339,string,string,string
#default,_result,,,,,
,result,table,_time,_measurement,device,position
,,3,2026-09-21T14:13:40Z,valve,e-v1,open

"""
UNANNOTATED = """\
,result,table,_start,_stop,_time,_value,_field,_measurement,device
,_result,0,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:20Z,100.5,current,meter,e-m1
,_result,0,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:14:20.000000001Z,101,current,meter,e-m1
,_result,1,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:21.5Z,7,current,meter,w-m1
,_result,2,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:30Z,true,wet,leak,e-l1
,_result,3,2026-09-21T00:00:00Z,2026-09-22T00:00:00Z,2026-09-21T14:13:40Z,open,position,valve,e-v1
"""
LINES = """\
meter,device=e-m1 current=100.5 1790000000000000000
meter,device=e-m1 current=101 1790000060000000001
meter,device=w-m1 current=7i 1790000001500000000
leak,device=e-l1 wet=true 1790000010000000000
valve,device=e-v1 position="open" 1790000020000000000
"""
OF_VERSION_1 = (
    """\
# INFLUXDB EXPORT: 1677-09-21T00:12:43Z - 2262-04-11T23:47:16Z
# DDL
CREATE DATABASE wardwatch WITH NAME autogen
CREATE RETENTION POLICY month ON wardwatch DURATION 720h0m0s REPLICATION 1
# DML
# CONTEXT-DATABASE:wardwatch
# CONTEXT-RETENTION-POLICY:autogen
# writing tsm data
"""
    + LINES
)
SAID = [
    ("e-m1", AT, {"current": 100.5}),
    ("w-m1", AT + 1_500, {"current": 7.0}),
    ("e-l1", AT + 10_000, {"wet": True}),
    ("e-v1", AT + 20_000, {"position": "open"}),
    ("e-m1", AT + 60_000, {"current": 101.0}),
]


def heard(history: FileHistory) -> list[tuple[str, int, dict[str, object]]]:
    given = [each for stretch in history.stretches(None, None) for each in stretch.inputs]
    return [(each.device, each.at, dict(each.values)) for each in given if isinstance(each, Reading)]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("export.csv", UNPIVOTED.replace("\n", "\r\n")),
        ("export.csv", PIVOTED.replace("\n", "\r\n")),
        ("export.csv", UNANNOTATED),
        ("export.txt", UNPIVOTED),  # whatever a person called it
        ("export.txt", UNANNOTATED),
        ("export.lp", LINES),
        ("export", OF_VERSION_1),
    ],
)
def test_what_influxdbs_tools_write_is_read_as_it_was_said(
    tmp_path: Path, name: str, text: str, *, packed: bool
) -> None:
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    history = open_files(DISTRICT, influx=[path], strict=True)
    assert heard(history) == SAID
    assert history.bad_rows == (0, [])


def test_progress_of_a_packed_file_ends_at_its_size(tmp_path: Path) -> None:
    path = tmp_path / "export.lp.gz"
    path.write_bytes(gzip.compress(LINES.encode() * 100))
    history = open_files(DISTRICT, influx=[path])
    assert [each.done for each in history.stretches(None, None)][-1] == history.extent().total == path.stat().st_size


def test_an_error_that_was_saved_as_an_export_is_told_in_influxdbs_words(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        "#datatype,string,string\n#group,true,true\n#default,,\n,error,reference\n"
        ",failed to parse query: found EOF,897\n",
        "utf-8",
    )
    with pytest.raises(HistoryUnusable, match="InfluxDB said: failed to parse query: found EOF"):
        heard(open_files(DISTRICT, influx=[path]))


@pytest.mark.parametrize("rest", [b"", b"\x1f\x8b\x08\x00 no such thing", gzip.compress(LINES.encode())[:-12]])
def test_a_packed_file_that_is_damaged_says_so(tmp_path: Path, rest: bytes) -> None:
    path = tmp_path / "export.lp.gz"
    path.write_bytes(rest or b"plain text")
    with pytest.raises(HistoryUnusable, match=r"export\.lp\.gz: it cannot be unpacked"):
        heard(open_files(DISTRICT, influx=[path]))
