import socket

import pytest

from starter.folder import choose_ports
from starter.ports import HOST, QUIET, any_free, choose
from starter.refusal import Refused


def test_a_taken_port_that_was_asked_for_is_refused_by_name() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(Refused, match=f"port {port} is taken; give another one by --ui-port"):
            choose(port, "--ui-port", usual=())


def test_the_first_usual_port_that_is_free_is_chosen_else_any() -> None:
    with socket.create_server((HOST, 0)) as listener, socket.create_server((HOST, 0)) as other:
        taken, free = listener.getsockname()[1], other.getsockname()[1]
        other.close()
        assert choose(None, "", usual=(taken, free)) == free
        assert choose(None, "", usual=(taken, free), taken={free}) not in {taken, free}


def test_a_port_of_our_choice_is_none_that_an_outgoing_connection_can_get() -> None:
    first_of_theirs = 32_768  # Linux; elsewhere 49,152 (RFC 6335)
    assert all(any_free() < first_of_theirs for _ in range(20))


def test_a_server_beside_another_takes_none_of_its_usual_ports() -> None:
    assert choose_ports(any_free(), any_free(), None).http_api in QUIET
