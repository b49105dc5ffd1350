"""What groups of an identity provider may do here."""

from __future__ import annotations

import pytest

from playtrace.registry.group_roles import grants_of, read_group_roles
from playtrace.registry.roles import Grant, Role


def test_groups_have_roles_in_all_games_or_in_some():
    roles = read_group_roles(
        ["boss=admin", " art = viewer : sky-raid , moon ", "cn=devs,ou=a:b=editor:moon", "x=viewer"]
    )
    assert grants_of(["boss"], roles) == [Grant(Role.ADMIN)]
    assert grants_of(["art"], roles) == [Grant(Role.VIEWER, "sky-raid"), Grant(Role.VIEWER, "moon")]
    # The stronger one where two groups say something; names are taken to the letter.
    both = grants_of(["cn=devs,ou=a:b", "art", "x"], roles)
    assert set(both) == {Grant(Role.VIEWER, "sky-raid"), Grant(Role.EDITOR, "moon"), Grant(Role.VIEWER)}
    assert grants_of(["Boss", "boss ", "", "ART"], roles) == grants_of([], roles) == []


def test_everybody_whom_the_provider_knows():
    roles = read_group_roles(["*=viewer", "boss=admin"])
    assert grants_of([], roles) == [Grant(Role.VIEWER)]
    assert grants_of(["boss", "*"], roles) == [Grant(Role.ADMIN)]


@pytest.mark.parametrize("line", ["", "admin", "=admin", " =admin", "boss=", "boss=king", "boss=admin=", "boss=:moon"])
def test_a_wrong_line_is_named(line: str):
    with pytest.raises(ValueError, match=r"^oidc_roles: "):
        read_group_roles(["x=viewer", line])
