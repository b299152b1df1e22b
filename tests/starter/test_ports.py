import socket

import pytest

from starter.ports import HOST, choose
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
