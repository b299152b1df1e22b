import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from mail.deadline import LimitedTransport, at_most
from tests.mail.sendgrid_stand_in import ACCEPT_THEN_TRICKLE, SendGridStandIn

MESSAGE = {"custom_args": {"mid": "m", "att": "1"}}


def client() -> httpx.Client:
    return httpx.Client(transport=LimitedTransport(httpx.Limits(max_connections=2)), timeout=10)


def test_an_answer_that_trickles_for_ever_is_given_up_in_time(tmp_path: Path) -> None:
    with SendGridStandIn(tmp_path / "log") as stand_in, client() as http:
        stand_in.answer(ACCEPT_THEN_TRICKLE)
        begin = time.monotonic()
        with pytest.raises(httpx.ReadTimeout), at_most(0.6):
            http.post(stand_in.url, json=MESSAGE)
        assert time.monotonic() - begin < 9


def test_no_byte_leaves_once_the_time_is_over(tmp_path: Path) -> None:
    with SendGridStandIn(tmp_path / "log") as stand_in, client() as http:
        with at_most(5):
            http.post(stand_in.url, json=MESSAGE)  # leaves an open connection behind
        with pytest.raises(httpx.WriteTimeout), at_most(0):
            http.post(stand_in.url, json=MESSAGE)
        assert len(stand_in.heard) == 1


def test_a_connection_is_not_even_asked_for_once_the_time_is_over(tmp_path: Path) -> None:
    with SendGridStandIn(tmp_path / "log") as stand_in, client() as http:
        with pytest.raises(httpx.ConnectTimeout), at_most(0):
            http.post(stand_in.url, json=MESSAGE)
        assert stand_in.heard == ()


def test_a_handshake_that_nobody_answers_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, client() as http:
        begin = time.monotonic()
        with pytest.raises(httpx.ConnectTimeout), at_most(0.2):
            http.post(f"https://127.0.0.1:{deaf.getsockname()[1]}", json=MESSAGE)
        assert time.monotonic() - begin < 9


def test_a_connection_that_nobody_takes_is_given_up_in_time() -> None:
    with ExitStack() as stack, client() as http:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # more than its queue holds: the next one is not even refused
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        begin = time.monotonic()
        with pytest.raises(httpx.ConnectTimeout), at_most(0.2):
            http.post(f"http://127.0.0.1:{full.getsockname()[1]}", json=MESSAGE)
        assert time.monotonic() - begin < 9


def test_the_limit_of_one_thread_does_not_touch_another(tmp_path: Path) -> None:
    with SendGridStandIn(tmp_path / "log") as stand_in, client() as http:
        statuses: list[int] = []
        other = threading.Thread(target=lambda: statuses.append(http.post(stand_in.url, json=MESSAGE).status_code))
        with at_most(0):
            other.start()
            other.join()
        assert statuses == [202]
