"""Reading ZIP archives that nobody vouches for.

The directory of an archive is checked against the file before anything is allocated, and the
content of an entry against its CRC-32 before anybody looks at it. `zipfile` reads the directory;
the entries are read here, in place, since `zipfile` copies every byte three times.
"""

import io
import struct
import zipfile
import zlib
from typing import BinaryIO, NamedTuple

import numpy as np

from ..damage import Damaged

__all__ = ["CHUNK", "Member", "members", "read_member"]

CHUNK = 1 << 19  # bytes that stay in the cache between their copy and their checksum
_HEADER = struct.Struct("<4s22xHH")  # signature; lengths of the name and of the extra field
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags


class Member(NamedTuple):
    """An entry of an archive: its name, its place, and its content's sizes and CRC-32."""

    name: str
    offset: int
    size: int
    stored: int  # the size in the file, another one if the entry is deflated
    crc: int
    deflated: bool
    utf8: bool


def members(file: BinaryIO) -> dict[str, Member]:
    """The entries of an archive by name, in the order of the directory.

    Raises:
        Damaged: entries have one name, overlap, or reach beyond the file; or they are
            encrypted or compressed by another method than deflate.
        zipfile.BadZipFile: there is no directory.
    """
    length = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
    found = {info.filename: _member(info) for info in infos}
    if len(found) < len(infos):
        raise Damaged("two entries have one name")
    _check_places(sorted(found.values(), key=lambda m: m.offset), length)
    return found


def _member(info: zipfile.ZipInfo) -> Member:
    name, method = info.filename, info.compress_type
    if name != info.orig_filename:
        raise Damaged(f"entry {info.orig_filename!r} has no proper name")
    if info.flag_bits & _ENCRYPTED or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Damaged(f"entry {name!r} is encrypted or compressed by method {method}")
    deflated, utf8 = method == zipfile.ZIP_DEFLATED, bool(info.flag_bits & _UTF8)
    sizes = info.file_size, info.compress_size
    return Member(name, info.header_offset, *sizes, info.CRC, deflated, utf8)


def _check_places(found: list[Member], length: int) -> None:
    starts = [m.offset for m in found[1:]] + [length]
    for member, next_start in zip(found, starts, strict=True):
        if member.offset + _HEADER.size + member.stored > next_start:
            raise Damaged(f"entry {member.name!r} reaches beyond its place")
        if member.stored != member.size and not member.deflated:
            raise Damaged(f"entry {member.name!r} has two sizes")


def read_member(file: BinaryIO, member: Member) -> np.ndarray:
    """The content of an entry: uint8 of shape (member.size,), its CRC-32 verified.

    Raises:
        Damaged: the content is not the one that the directory describes.
    """
    file.seek(member.offset)
    signature, name_length, extra_length = _HEADER.unpack(file.read(_HEADER.size))
    name = member.name.encode("utf-8" if member.utf8 else "cp437")
    same = name_length == len(name) and file.read(name_length) == name
    if signature != b"PK\x03\x04" or not same:
        raise Damaged(f"entry {member.name!r} is not at its place")
    file.seek(extra_length, io.SEEK_CUR)
    content, crc = (_inflated if member.deflated else _copied)(file, member)
    if crc != member.crc:
        raise Damaged(f"entry {member.name!r} fails its checksum")
    return content


def _copied(file: BinaryIO, member: Member) -> tuple[np.ndarray, int]:
    content, crc = np.empty(member.size, np.uint8), 0
    for start in range(0, member.size, CHUNK):
        chunk = content[start : start + CHUNK].data
        if file.readinto(chunk) != len(chunk):  # type: ignore[attr-defined]
            raise Damaged(f"entry {member.name!r} ends early")
        crc = zlib.crc32(chunk, crc)
    return content, crc


def _inflated(file: BinaryIO, member: Member) -> tuple[np.ndarray, int]:
    # The result grows with what is really there: a declared size alone allocates nothing.
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    content = decoder.decompress(file.read(member.stored), member.size + 1)
    if len(content) != member.size or not decoder.eof:
        raise Damaged(f"entry {member.name!r} is not of the declared size")
    return np.frombuffer(content, np.uint8), zlib.crc32(content)
