"""Jobs: each has its turns whatever the others do, and one that fails is tried again, ever more seldom."""

from __future__ import annotations

import threading

import pytest

from playtrace.jobs import RETRY_S_MAX, Job, Jobs

SECONDS_MAX = 120.0


def test_a_job_rests_for_its_period_or_as_long_as_it_says():
    wishes: list[float | None] = [None, 0.25, None]
    job = Job("merge", lambda: wishes.pop(0), period_s=7)
    assert [job.turn() for _ in range(3)] == [7, 0.25, 7]
    assert job.last_run is not None and job.next_run is not None
    assert 6 < (job.next_run - job.last_run).total_seconds() < 8


def test_one_that_fails_is_tried_again_ever_more_seldom_until_it_succeeds():
    failing = True

    def work() -> None:
        if failing:
            raise OSError("no space left")

    job = Job("tidy", work, period_s=5)
    assert [job.turn() for _ in range(6)] == [5, 10, 20, 40, RETRY_S_MAX, RETRY_S_MAX]
    assert job.last_error == "OSError: no space left"
    failing = False
    assert job.turn() == 5
    assert job.last_error is None
    failing = True
    assert job.turn() == 5


def test_one_that_is_seldom_done_is_not_tried_more_often_when_it_fails():
    def fail() -> None:
        raise ValueError

    assert Job("forget logins", fail, period_s=3600).turn() == 3600


def test_one_that_does_not_end_and_one_that_fails_keep_no_other_from_its_turn():
    ending = threading.Event()
    turns = threading.Semaphore(0)

    def fail() -> None:
        raise ValueError("wrong")

    def work_on() -> None:
        ending.wait(SECONDS_MAX)

    jobs = Jobs(
        Job("endless", work_on, period_s=1),
        Job("failing", fail, period_s=0.01),
        Job("lively", turns.release, period_s=0.01),
    )
    jobs.start()
    try:
        for _ in range(5):
            assert turns.acquire(timeout=SECONDS_MAX)
        endless, failing, lively = jobs
        assert (endless.is_running, endless.last_run) == (True, None)
        assert failing.last_error == "ValueError: wrong"
        assert lively.last_error is None
    finally:
        ending.set()
        jobs.stop()
    assert not any(thread.name.startswith("job: ") for thread in threading.enumerate())


def test_what_the_end_of_the_server_takes_from_a_job_is_no_failure(caplog: pytest.LogCaptureFixture):
    reading, closed = threading.Event(), threading.Event()

    def read() -> None:
        reading.set()
        closed.wait(SECONDS_MAX)
        raise ValueError("closed")

    jobs = Jobs(Job("reading", read, period_s=0.01))
    with caplog.at_level("INFO", "playtrace.jobs"):
        jobs.start()
        assert reading.wait(SECONDS_MAX)
        jobs.end()
        closed.set()
        jobs.stop()
    [said] = caplog.records
    assert (said.levelname, said.exc_info, said.getMessage()) == ("INFO", None, "a job was cut short")
