from collections.abc import Mapping
from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import Ledger, page_tokens, tables
from ledger.page_tokens import LIFETIME, WELL_FORMED, Purpose
from tests.ledger.given import NOW, a_message

PURPOSES: tuple[Purpose, ...] = ("view", "unsubscribe", "preferences")
SHORTEST = timedelta(microseconds=1)


def kept(connection: Connection) -> tuple[str, Mapping[Purpose, str]]:
    """A message and its tokens."""
    row = a_message(connection)
    tokens = {purpose: page_tokens.new_token() for purpose in PURPOSES}
    page_tokens.keep(connection, row.id, 2, tokens, NOW)
    return row.id, tokens


def nearly(token: str) -> st.SearchStrategy[str]:
    """The token with one of its signs exchanged, left out or doubled, or something around it."""
    places = st.integers(0, len(token) - 1)
    exchanged = st.builds(lambda at, sign: token[:at] + sign + token[at + 1 :], places, st.text(max_size=2))
    return st.one_of(exchanged, st.sampled_from([token, token + token, f" {token}", f"{token}\n", token.swapcase()]))


def test_tokens_are_well_formed_and_never_the_same() -> None:
    tokens = {page_tokens.new_token() for _ in range(2000)}
    assert len(tokens) == 2000
    assert all(WELL_FORMED.fullmatch(token) for token in tokens)
    assert all(len(set(column)) > 1 for column in zip(*tokens, strict=True))  # every place of it is drawn


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_opens_its_page_until_its_time_is_over(ledger: Ledger, purpose: Purpose) -> None:
    with ledger.write() as connection:
        message, tokens = kept(connection)
        over = NOW + LIFETIME[purpose]
        found = page_tokens.find(connection, tokens[purpose], purpose, over - SHORTEST)
        assert found is not None
        assert (found.message_id, found.attempt, found.purpose, found.expires_at) == (message, 2, purpose, over)
        assert page_tokens.find(connection, tokens[purpose], purpose, over) is None


def test_whoever_wants_no_more_mail_can_say_so_for_more_than_a_year() -> None:
    assert LIFETIME["unsubscribe"] > timedelta(days=366)


@pytest.mark.parametrize(("given_for", "tried_on"), list(permutations(PURPOSES, 2)))
def test_a_token_opens_no_page_but_its_own(ledger: Ledger, given_for: Purpose, tried_on: Purpose) -> None:
    with ledger.write() as connection:
        _, tokens = kept(connection)
        assert page_tokens.find(connection, tokens[given_for], tried_on, NOW) is None


def test_nothing_but_the_whole_token_opens_a_page(ledger: Ledger) -> None:
    with ledger.write() as connection:
        token = kept(connection)[1]["view"]

    @given(tried=st.one_of(nearly(token), st.text(max_size=30)))
    def check(tried: str) -> None:
        with ledger.read() as connection:
            assert (page_tokens.find(connection, tried, "view", NOW) is not None) == (tried == token)

    check()


def test_the_ledger_holds_no_token(ledger: Ledger) -> None:
    with ledger.write() as connection:
        _, tokens = kept(connection)
        everything = "\n".join(
            str(tuple(row)) for table in tables.metadata.sorted_tables for row in connection.execute(sa.select(table))
        )
    assert "page_token" in tables.metadata.tables
    assert not [token for token in tokens.values() if token in everything]
