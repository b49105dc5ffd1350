"""`python -m playtrace.sql.process`: answers statements of people, one after the other, and may be killed at any time.

Each has a database of its own, to which a snapshot of the store is attached (`snapshot_files.py`). The end of the
standard input is the order to end; so it also ends when whoever started it is killed, whatever it is doing.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import msgspec

from playtrace.sql.answer import respond
from playtrace.sql.memory import bound_memory, peak_bytes
from playtrace.sql.orders import IDLE, IDLE_SECONDS_MAX, Heading, Kind, Question
from playtrace.sql.snapshot_files import connect
from playtrace.store.duckdb import Reader, Snapshot
from playtrace.store.errors import AnswerTooLarge, QueryRefused, QueryTooLarge, StoreError

NICENESS = 16
"""Half the share of the questions that pages ask (`store/background.py`)."""
THREADS_BYTES = 128 * 1024 * 1024
"""Address space that the threads of a database take and hardly use."""
SPILL = "4GB"
"""What may be written to the disk for one statement."""
WORN = 1 / 4
"""A process that has had this part of the memory it may have begins anew: little of it comes back."""


def work() -> None:
    """Answer until the standard input ends, or nothing comes."""
    leave_the_terminal()
    if sys.platform != "win32":
        os.nice(NICENESS)
    questions: queue.SimpleQueue[Question] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, questions), daemon=True).start()
    started_bytes = bytes_max = 0
    while True:
        try:
            question = questions.get(timeout=IDLE_SECONDS_MAX)
        except queue.Empty:
            os._exit(IDLE)
        if bytes_max == 0:
            # What the first connection sets up for all that follow is not the statement's.
            with closing(duckdb.connect(":memory:")) as connection:
                Reader(connection).query("SELECT 1")
            started_bytes, bytes_max = peak_bytes(), 2 * question.memory_bytes
            bound_memory(bytes_max + THREADS_BYTES)
        kind, said = respond_to(question)
        heading = Heading(kind, len(said), is_worn=peak_bytes() > started_bytes + WORN * bytes_max)
        sys.stdout.buffer.write(msgspec.json.encode(heading) + b"\n" + said)
        sys.stdout.buffer.flush()


def respond_to(question: Question) -> tuple[Kind, bytes]:
    """The answer in its format, or what is wrong."""
    config: dict[str, Any] = {
        "memory_limit": f"{question.memory_bytes}B",
        "temp_directory": question.spill,
        "max_temp_directory_size": SPILL,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if question.threads is not None:
        config["threads"] = question.threads
    try:
        snapshot = Snapshot(Path(question.path), question.log_bytes)
        # The store's own tables are found by their names when they are asked for, and behind the views never.
        with closing(connect(snapshot, config, is_current=not question.reach.views)) as connection:
            return "answer", respond(Reader(connection), question.sql, question.reach, question.format)
    except AnswerTooLarge as error:
        return "too large", str(error).encode()
    except (QueryTooLarge, MemoryError):
        return "no memory", b""
    except QueryRefused as error:
        return "refused", str(error).encode()
    except (StoreError, duckdb.Error, OSError) as error:
        return "store", str(error).encode()


def _read(orders: BinaryIO, questions: queue.SimpleQueue[Question]) -> None:
    for line in orders:
        questions.put(msgspec.json.decode(line, type=Question))
    os._exit(IDLE)


def leave_the_terminal() -> None:
    """What is typed there, and what the system tells all, is for the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    work()
