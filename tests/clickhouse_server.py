"""ClickHouse's engine behind its HTTP interface: a process of its own, as a test starts it.

The engine is that of the package chdb, which has no server. What a client of ours sends it is what a server gets: a
statement in the body or the address, `param_…` and settings in the address, rows in the body behind an INSERT.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import tempfile
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

START_SECONDS_MAX = 120.0
NO_SETTINGS = {"query", "database", "user", "password", "compress", "decompress", "session_id", "query_id", "role"} | {
    "wait_end_of_query",
    "enable_http_compression",
    "client_protocol_version",
    "quota_key",
    "default_format",
}
"""Words of the address that are the interface's own."""
OURS_NOT = {
    "http_headers_progress_interval_ms",
    "send_progress_in_http_headers",
    "cancel_http_readonly_queries_on_client_close",
}
FORMATTED = re.compile(r"\bFORMAT\s+(\w+)\s*$", re.IGNORECASE)
INSERTED = re.compile(r"^\s*INSERT\s+INTO\s+(.+?)\s+FORMAT\s+(\w+)\s*$", re.IGNORECASE | re.DOTALL)


class ClickHouseServer:
    """The process. `url` is what `store_url` takes."""

    USER, PASSWORD = "playtrace", "p@ss/word"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self.start()

    def url(self, database: str) -> str:
        return f"clickhouse://{self.USER}:p%40ss%2Fword@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder), str(self.port)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("port "), line
        self.port = int(line.split()[1])

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def serve(folder: str, port: int) -> None:
    from chdb.session import Session

    session = Session(folder)
    lock = threading.Lock()
    at = ["default"]

    def use(database: str) -> None:
        if database != at[0]:
            session.query(f"USE {database}")
            at[0] = database

    def run(sql: str, format_: str, settings: dict[str, str], parameters: dict[str, str]) -> bytes:
        return session.query(_with_settings(sql, settings), format_, params=parameters).bytes()

    def insert(into: str, format_: str, settings: dict[str, str], body: bytes) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".rows") as file:
            file.write(body)
            file.flush()
            told = ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items())
            more = f" SETTINGS {told}" if told else ""
            sql = f"INSERT INTO {into} FROM INFILE {_quoted(file.name)}{more} FORMAT {format_}"
            return session.query(sql, "TabSeparated").bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(b"Ok.\n" if self.path in ("/", "/ping") else self._run(b""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b"".join(self._chunks())
            if self.headers.get("Content-Encoding") == "gzip":
                body = zlib.decompress(body, 31)
            if self.headers.get("Content-Encoding") == "zstd":
                import zstandard

                body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            self._answer(self._run(body))

        def _chunks(self) -> Any:
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def _run(self, body: bytes) -> bytes | Exception:
            words = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            given = self.headers.get("Authorization", "").removeprefix("Basic ")
            expected = f"{ClickHouseServer.USER}:{ClickHouseServer.PASSWORD}".encode()
            if base64.b64decode(given or b"") != expected:
                return PermissionError("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")
            if self.headers.get("Content-Type", "").startswith("multipart/form-data"):
                fields = _form(self.headers["Content-Type"], body)
                words |= fields
                body = b""
            settings = {name: value for name, value in words.items() if not name.startswith("param_")}
            settings = {name: value for name, value in settings.items() if name not in NO_SETTINGS | OURS_NOT}
            parameters = {n.removeprefix("param_"): v for n, v in words.items() if n.startswith("param_")}
            try:
                if (sql := words.get("query")) is None or not body:
                    sql = (sql or "") + body.decode()
                    found = FORMATTED.search(sql)
                    format_ = found[1] if found else self.headers.get("X-ClickHouse-Format", "TabSeparated")
                    sql = FORMATTED.sub("", sql.rstrip().rstrip(";"))
                    with lock:
                        use(words.get("database", "default"))
                        return run(sql, words.get("default_format", format_), settings, parameters)
                if (into := INSERTED.match(sql)) is None and (into := INSERTED.match(sql + body[:0].decode())) is None:
                    raise ValueError(f"Code: 62. DB::Exception: Syntax error: {sql}")
                with lock:
                    use(words.get("database", "default"))
                    return insert(into[1], into[2], settings, body)
            except Exception as error:
                return error

        def _answer(self, body: bytes | Exception) -> None:
            failed = isinstance(body, Exception)
            said = str(body).encode() if isinstance(body, Exception) else body
            self.send_response(500 if failed else 200)
            if failed and (code := re.search(r"Code: (\d+)", str(body))):
                self.send_header("X-ClickHouse-Exception-Code", code[1])
            self.send_header("Content-Length", str(len(said)))
            self.send_header("X-ClickHouse-Summary", "{}")
            self.end_headers()
            self.wfile.write(said)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    print(f"port {server.server_address[1]}", flush=True)
    server.serve_forever()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _with_settings(sql: str, settings: dict[str, str]) -> str:
    if not settings or not re.match(r"\s*(SELECT|WITH|\()", sql, re.IGNORECASE):
        return sql
    told = ", ".join(f"{name} = {_quoted(value)}" for name, value in settings.items() if name != "readonly")
    return sql + ("\nSETTINGS " + told if told else "")


def _form(content_type: str, body: bytes) -> dict[str, str]:
    from email.parser import BytesParser
    from email.policy import HTTP

    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        assert isinstance(name, str) and isinstance(payload, bytes)
        fields[name] = payload.decode()
    return fields


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
