"""Those who make trouble for a show, each in a process of its own so that who measures is not held up.

python -m nights.trouble_makers datagrams PORT COUNT SEED     mutated OSC at a port for orders, as fast as it goes
python -m nights.trouble_makers connections PORT SECONDS      200 at a page: rubbish, much too much, and silence
python -m nights.trouble_makers deaf PORT SECONDS             websockets that never read
python -m nights.trouble_makers babble PORT SECONDS           websockets that say what is no order
python -m nights.trouble_makers echo PORT SECONDS             a receiver that floods back at who sends to it
python -m nights.trouble_makers hog MEGABYTES SECONDS         memory that is taken, touched, and kept
"""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import aiohttp

from nights.datagrams import Datagrams, Fuzz

_DRAWN: Final = 20_000  # different datagrams; then they come again
_CONNECTIONS: Final = 200
_SOCKETS: Final = 12
_RUBBISH: Final = (
    b"\0" * 64,
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: \xff\xfe\r\n\r\n",
    b"GET /page/live HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\n\r\n",
    b"POST /enter HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n" + b"a" * 65536,
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.",  # and no end
    b"",
)
_BABBLE: Final = (
    "{",
    "[" * 4000,
    '{"n":1,"do":3}',
    '{"n":1e999,"do":"/monochord/master/brightness","args":[1e999]}',
    "é" * 4000,
)


def datagrams(port: str, count: str, seed: str) -> None:
    """Noise, what was put together anyhow, what takes long, what is right and was spoilt: at a port for orders."""
    drawn = list(itertools.islice(_no_orders(Datagrams(int(seed))), _DRAWN))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", int(port)))
        for number in range(int(count)):
            with suppress(OSError):
                out.send(drawn[number % _DRAWN])


def _no_orders(drawn: Iterable[bytes]) -> Iterator[bytes]:
    """Those in which nothing is asked: what is would be obeyed, and then a show is as somebody wanted it."""
    fuzz = Fuzz(time_bound=None)
    for one in drawn:
        before = fuzz.orders
        fuzz.give(one)
        if fuzz.orders == before:
            yield one


def connections(port: str, seconds: str) -> None:
    """Two hundred at once: some say rubbish, some much too much, some nothing; they come again when thrown out."""
    chance = random.Random(0)
    end, there = time.monotonic() + float(seconds), list[socket.socket]()
    while time.monotonic() < end:
        with suppress(OSError):
            one = socket.create_connection(("127.0.0.1", int(port)), 1.0)
            one.settimeout(0.2)
            there.append(one)
            one.sendall(chance.choice(_RUBBISH))
        while len(there) > _CONNECTIONS:
            there.pop(0).close()
        time.sleep(0.002)


def deaf(port: str, seconds: str) -> None:
    """Websockets that are told everything and take nothing; in few bytes at a time, so that lines are full soon."""
    asyncio.run(_websockets(int(port), float(seconds), None))


def babble(port: str, seconds: str) -> None:
    """Websockets that say what is no order, as often as they can."""
    asyncio.run(_websockets(int(port), float(seconds), random.Random(0)))


async def _websockets(port: int, seconds: float, chance: random.Random | None) -> None:
    end, address = time.monotonic() + seconds, f"http://127.0.0.1:{port}/page/live"

    async def one() -> None:
        while time.monotonic() < end:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with aiohttp.ClientSession() as session, session.ws_connect(address) as line:
                    while chance is not None and time.monotonic() < end and not line.closed:
                        await line.send_str(chance.choice(_BABBLE))
                        await asyncio.sleep(0.005)
                    if chance is None and (transport := line._response.connection.transport) is not None:
                        transport.pause_reading()
                        await asyncio.sleep(end - time.monotonic())
            await asyncio.sleep(0.1)

    await asyncio.gather(*(one() for _ in range(_SOCKETS)))


def echo(port: str, seconds: str) -> None:
    """A receiver at this port that answers the first datagram with floods, from its own port to the sender's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", int(port)))
        _, sender = line.recvfrom(65536)
        end = time.monotonic() + float(seconds)
        while time.monotonic() < end:
            for _ in range(1000):
                with suppress(OSError):
                    line.sendto(b"#bundle\0" * 100, sender)


def hog(megabytes: str, seconds: str) -> None:
    """Take memory, touch every page of it, and keep it for a while."""
    kept = bytearray(int(megabytes) << 20)
    for at in range(0, len(kept), 4096):
        kept[at] = 1
    print("taken", flush=True)
    time.sleep(float(seconds))


MAKERS: Final[dict[str, Callable[..., None]]] = {
    one.__name__: one for one in (datagrams, connections, deaf, babble, echo, hog)
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in MAKERS:
        raise SystemExit(__doc__)
    MAKERS[sys.argv[1]](*sys.argv[2:])
