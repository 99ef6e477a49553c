"""XXH3-128 in plain Python, for files that the native engine did not make.

Follows the specification of XXH3 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), seed 0, default
secret, inputs longer than 16 bytes: no file that a job makes is shorter. About 15 MB/s.
"""

import struct

_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
_MASK32, _MASK64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
_P32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_P64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
        0x27D4EB2F165667C5)
_STRIPE = 64
_STRIPES = (len(_SECRET) - _STRIPE) // 8  # of a block
_BLOCK = _STRIPE * _STRIPES
_READ_BLOCKS = 1024  # read at once
_LANES = struct.Struct("<8Q")
_KEYS = [_LANES.unpack_from(_SECRET, 8 * n) for n in range(_STRIPES)]
_LAST_KEY = _LANES.unpack_from(_SECRET, len(_SECRET) - _STRIPE - 7)
_SCRAMBLE_KEY = _LANES.unpack_from(_SECRET, len(_SECRET) - _STRIPE)


def _u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def _fold(a, b):
    product = a * b
    return (product & _MASK64) ^ (product >> 64)


def _avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & _MASK64
    return h ^ h >> 32


def _mix16(data, at, secret_at):
    return _fold(_u64(data, at) ^ _u64(_SECRET, secret_at),
                 _u64(data, at + 8) ^ _u64(_SECRET, secret_at + 8))


def _mix32(acc, data, first, second, secret_at):
    low = acc[0] + _mix16(data, first, secret_at) & _MASK64
    high = acc[1] + _mix16(data, second, secret_at + 16) & _MASK64
    return (low ^ (_u64(data, second) + _u64(data, second + 8) & _MASK64),
            high ^ (_u64(data, first) + _u64(data, first + 8) & _MASK64))


def _finish_short(acc, size):
    low = _avalanche(acc[0] + acc[1] & _MASK64)
    high = _avalanche(acc[0] * _P64[0] + acc[1] * _P64[3] + size * _P64[1] & _MASK64)
    return (-high & _MASK64) << 64 | low


def _hash_17_to_128(data):
    size = len(data)
    acc = (size * _P64[0] & _MASK64, 0)
    for i in range((size - 1) // 32, -1, -1):
        acc = _mix32(acc, data, 16 * i, size - 16 * (i + 1), 32 * i)
    return _finish_short(acc, size)


def _hash_129_to_240(data):
    size = len(data)
    acc = (size * _P64[0] & _MASK64, 0)
    for i in range(4):
        acc = _mix32(acc, data, 32 * i, 32 * i + 16, 32 * i)
    acc = (_avalanche(acc[0]), _avalanche(acc[1]))
    for i in range(4, size // 32):
        acc = _mix32(acc, data, 32 * i, 32 * i + 16, 3 + 32 * (i - 4))
    acc = _mix32(acc, data, size - 16, size - 32, 136 - 17 - 16)
    return _finish_short(acc, size)


def _accumulate(acc, data, at, key):
    lanes = _LANES.unpack_from(data, at)
    for i in range(8):
        keyed = lanes[i] ^ key[i]
        acc[i ^ 1] += lanes[i]
        acc[i] += (keyed & _MASK32) * (keyed >> 32)


def _scramble(acc):
    for i in range(8):
        lane = acc[i] & _MASK64
        acc[i] = ((lane ^ lane >> 47) ^ _SCRAMBLE_KEY[i]) * _P32[0] & _MASK64


def _merge(acc, secret_at, start):
    for i in range(0, 8, 2):
        start += _fold(acc[i] ^ _u64(_SECRET, secret_at + 8 * i),
                       acc[i + 1] ^ _u64(_SECRET, secret_at + 8 * i + 8))
    return _avalanche(start & _MASK64)


def _hash_long(file, size):
    acc = [_P32[2], _P64[0], _P64[1], _P64[2], _P64[3], _P32[1], _P64[4], _P32[0]]
    blocks = (size - 1) // _BLOCK
    tail = b""  # what was before, for the last stripe may begin there
    for first in range(0, blocks, _READ_BLOCKS):
        data = file.read(_BLOCK * min(_READ_BLOCKS, blocks - first))
        for block in range(0, len(data), _BLOCK):
            for n in range(_STRIPES):
                _accumulate(acc, data, block + n * _STRIPE, _KEYS[n])
            _scramble(acc)
        tail = data[-_STRIPE:]
    rest = file.read()
    for n in range((len(rest) - 1) // _STRIPE):
        _accumulate(acc, rest, n * _STRIPE, _KEYS[n])
    _accumulate(acc, (tail + rest)[-_STRIPE:], 0, _LAST_KEY)
    acc = [lane & _MASK64 for lane in acc]
    low = _merge(acc, 11, size * _P64[0] & _MASK64)
    high = _merge(acc, len(_SECRET) - 64 - 11, ~(size * _P64[1]) & _MASK64)
    return high << 64 | low


def hash_file(path):
    """(XXH3-128 as 32 hex digits, size)."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size > 240:
            value = _hash_long(file, size)
        elif size > 16:
            data = file.read()
            value = _hash_17_to_128(data) if size <= 128 else _hash_129_to_240(data)
        else:
            raise ValueError(f"{path}: {size} bytes are no output of a job")
    return f"{value:032x}", size
