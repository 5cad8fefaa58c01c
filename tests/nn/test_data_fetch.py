"""Downloads from a server on this machine: checked, atomic, and clear when they fail."""

import hashlib
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fzero_nn.data import cache_folder, fetch
from fzero_nn.data.fetch import Published, find

CONTENT = bytes(range(256)) * 5000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class CutShort(BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[:1000])

    def log_message(self, *arguments):
        pass


class Silent(CutShort):
    def do_GET(self):
        time.sleep(1)


@pytest.fixture
def serve():
    """serve(handler) -> the address of a server, which ends with the test."""
    running = []

    def start(handler):
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(tmp_path, serve):
    """The address and the folder of a server of files."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "file.bin").write_bytes(CONTENT)
    return serve(partial(Quiet, directory=str(folder))), folder


def files_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("checksum", [{"sha256": SHA256}, {"md5": MD5}, {"sha256": SHA256.upper()}])
def test_a_download_is_kept(tmp_path, site, checksum):
    address, folder = site
    path = fetch(f"{address}/file.bin?version=2", folder=tmp_path / "cache", **checksum)
    assert path.name == "file.bin" and path.read_bytes() == CONTENT
    (folder / "file.bin").unlink()
    assert fetch(f"{address}/file.bin?version=2", folder=tmp_path / "cache", **checksum) == path
    assert files_in(tmp_path / "cache") == ["file.bin"]


def test_progress_is_told(tmp_path, site):
    told = []
    fetch(f"{site[0]}/file.bin", SHA256, tmp_path / "c", progress=lambda *now: told.append(now))
    assert told[-1] == (len(CONTENT), len(CONTENT)) and len(told) == 2
    assert told == sorted(told)


def test_files_of_one_name_do_not_collide(tmp_path, site):
    address, folder = site
    (folder / "other").mkdir()
    (folder / "other" / "file.bin").write_bytes(b"other")
    digest = hashlib.sha256(b"other").hexdigest()
    first = fetch(f"{address}/file.bin", SHA256, tmp_path / "cache")
    second = fetch(f"{address}/other/file.bin", digest, tmp_path / "cache")
    assert first.read_bytes() == CONTENT and second.read_bytes() == b"other"


@pytest.mark.parametrize("found", ["another file", "cut short", "interrupted"])
def test_a_wrong_download_leaves_nothing(tmp_path, site, serve, found):
    address, folder = site
    stop = None
    if found == "another file":
        (folder / "file.bin").write_bytes(b"<html>")
        wanted = pytest.raises(ValueError, match="is of 6 bytes with sha256 .*; expected")
    elif found == "cut short":
        address = serve(CutShort)
        wanted = pytest.raises((ValueError, FileNotFoundError), match="fetch: .*file.bin")
    else:
        wanted = pytest.raises(KeyboardInterrupt)

        def stop(done, total):
            raise KeyboardInterrupt

    with wanted:
        fetch(f"{address}/file.bin", SHA256, tmp_path / "cache", progress=stop)
    assert files_in(tmp_path / "cache") == []


def test_a_damaged_file_in_the_cache_is_refused(tmp_path, site):
    address, _ = site
    path = fetch(f"{address}/file.bin", SHA256, tmp_path)
    path.write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match="Delete the file, and call again"):
        fetch(f"{address}/file.bin", SHA256, tmp_path)
    path.unlink()
    assert fetch(f"{address}/file.bin", SHA256, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("reason", ["404", "timed out", "refused", "unknown url type"])
def test_what_cannot_be_read_says_what_to_place_where(tmp_path, site, serve, reason):
    url = {
        "404": f"{site[0]}/absent.bin",
        "timed out": f"{serve(Silent)}/absent.bin" if reason == "timed out" else "",
        "refused": "http://127.0.0.1:9/absent.bin",
        "unknown url type": "absent.bin",
    }[reason]
    with pytest.raises(FileNotFoundError, match=reason) as error:
        fetch(url, SHA256, tmp_path / "cache", size=len(CONTENT), timeout=0.1)
    text = str(error.value)
    place = tmp_path / "cache" / SHA256[:16] / "absent.bin"
    for part in (repr(url), "absent.bin (1,280,000 bytes", SHA256, repr(str(place))):
        assert part in text
    place.write_bytes(CONTENT)  # as the message says
    assert fetch(url, SHA256, tmp_path / "cache") == place


def test_a_checksum_is_required(tmp_path):
    for checksums in ({}, {"sha256": SHA256, "md5": MD5}):
        with pytest.raises(ValueError, match="expected one of them"):
            fetch("http://127.0.0.1:9/file.bin", folder=tmp_path, **checksums)
    for wrong in (SHA256[:-1], "x" * 64, MD5):
        with pytest.raises(ValueError, match="fetch: sha256 is .*expected 64 hexadecimal"):
            fetch("http://127.0.0.1:9/file.bin", wrong, tmp_path)


def test_the_cache_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("FZERO_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("FZERO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "fzero"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "fzero"


def test_files_are_found_in_the_folder_then_in_the_cache_then_fetched(monkeypatch, tmp_path, site):
    monkeypatch.setenv("FZERO_CACHE", str(tmp_path / "cache"))
    own = tmp_path / "own"
    own.mkdir()
    file = Published(f"{site[0]}/file.bin", len(CONTENT), sha256=SHA256)
    for folder in (own, None):
        with pytest.raises(FileNotFoundError) as error:
            find("mnist", [file, file], folder, download=False)
        text = str(error.value)
        assert "mnist: missing are file.bin (1,280,000 bytes, sha256" in text
        assert "download=True" in text and file.url in text
    assert str(own / "file.bin") not in text and str(tmp_path / "cache") in text
    [fetched] = find("mnist", [file], own, download=True)
    assert fetched.is_relative_to(tmp_path / "cache") and files_in(own) == []
    assert find("mnist", [file], own, download=False) == [fetched]
    (own / "file.bin").write_bytes(b"mine")
    assert find("mnist", [file], own, download=False) == [own / "file.bin"]
