"""A place to try the asset store in: a store, a catalog, wheels and a web server of one's own, no network."""

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedlib.assets import entries, sources


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress, the same every time."""
    pieces = (hashlib.sha256(f"{seed}-{i}".encode()).digest() for i in range(size // 32 + 1))
    return b"".join(pieces)[:size]


class Workshop:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.links = folder / "links"
        self.links.mkdir()
        self.catalog = folder / "catalog.toml"
        self.catalog.write_text("")

    def wheel(self, name: str, members: dict[str, bytes], version: str = "1.0") -> dict[str, object]:
        """Build a wheel that pip finds, and return it as a source."""
        module = name.replace("-", "_")
        file = self.links / f"{module}-{version}-py3-none-any.whl"
        info = f"{module}-{version}.dist-info"
        with zipfile.ZipFile(file, "w") as archive:
            for member, data in members.items():
                archive.writestr(member, data)
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        return {"kind": "wheel", "where": f"{name}=={version}", **self.facts(file)}

    def repository(self, folder: str, members: dict[str, bytes]) -> dict[str, object]:
        """Lay files below what passes for this repository, and return them as a source."""
        for member, data in members.items():
            file = sources.REPOSITORY / folder / member
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return {"kind": "repository", "where": folder}

    @staticmethod
    def facts(file: Path) -> dict[str, object]:
        data = file.read_bytes()
        return {"sha256": sha256(data), "size": len(data)}

    def asset(
        self,
        name: str,
        files: dict[str, bytes],
        *given: dict[str, object],
        pinned: bool = True,
        **fields: object,
    ) -> None:
        """Put an asset into the catalog; its files are pinned to these bytes."""
        mirror = fields.pop("mirror", {})
        listed = []
        for file, data in files.items():
            record = {"name": file, **({"sha256": sha256(data), "size": len(data)} if pinned else {})}
            if file in mirror:
                record["mirror"] = mirror[file]
            listed.append(_inline(record))
        head = {
            "summary": f"what {name} is",
            "licence": "CC BY 4.0",
            "redistributable": True,
            "citation": "nobody2020",
            "pinned": pinned,
            **fields,
        }
        lines = [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in head.items())]
        lines.append(f"files = [{', '.join(listed)}]")
        for source in given:
            lines.append(f"[[{name}.sources]]")
            for key, value in source.items():
                lines.append(f"{key} = {_inline(value) if isinstance(value, dict) else json.dumps(value)}")
        self.catalog.write_text(self.catalog.read_text() + "\n".join(lines) + "\n")
        entries._load.cache_clear()

    def store_file(self, asset: str, file: str) -> Path:
        return self.home / asset / file

    def leftovers(self) -> list[Path]:
        """Files below the store that are neither an asset's nor a stamp nor a lock."""
        return [file for file in (self.home / ".partial").rglob("*") if file.is_file()]

    def python(self, code: str) -> "subprocess.Popen[str]":
        """Start another process that sees this store and catalog."""
        start = "from pathlib import Path\nfrom embedlib.assets import entries\n"
        start += f"entries.CATALOG_FILE = Path({str(self.catalog)!r})\n"
        return subprocess.Popen(
            [sys.executable, "-c", start + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _inline(record: dict[str, object]) -> str:
    return "{ " + ", ".join(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in record.items()) + " }"


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path)
    for variable in [name for name in os.environ if name.startswith(("EMBEDLIB_", "PIP_", "HF_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("EMBEDLIB_HOME", str(made.home))
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.links))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(entries, "CATALOG_FILE", made.catalog)
    monkeypatch.setattr(sources, "REPOSITORY", tmp_path / "repository")
    entries._load.cache_clear()
    return made


class Server:
    """A web server that counts what it is asked, and can be slow or break off."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.cut: int | None = None
        self.announce = True
        self.pause = 0.0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                data = outer.files.get(self.path)
                if data is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                if outer.announce:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                time.sleep(outer.pause)
                self.wfile.write(data[: outer.cut])

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def source(self, **members: str) -> dict[str, object]:
        return {"kind": "url", "where": self.address, "members": members}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any start of pip and any web request an error of its own."""

    def refuse(*_: object, **__: object) -> Callable[..., None]:
        raise AssertionError("something was downloaded")

    monkeypatch.setattr(sources, "_run", refuse)
    monkeypatch.setattr(sources, "_download", refuse)
