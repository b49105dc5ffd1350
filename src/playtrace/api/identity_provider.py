"""Who somebody is, as an OpenID provider says: the authorization code flow with PKCE.

Authlib speaks with the provider and checks what it says: the signature by the provider's published keys, for whom and
by whom it was issued, until when it holds, and that it answers the very question that this browser began with (state
and nonce). It is an extra (`playtrace[oidc]`), and is not imported where no provider is set.

What a browser has begun with is kept in its own cookie: it is worth nothing to anybody else, and the server keeps
nothing of people who do not come back.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from playtrace.config import OidcSettings
from playtrace.problems import Forbidden, Unavailable

log = logging.getLogger("playtrace.identity_provider")

DISCOVERY = "/.well-known/openid-configuration"
ANSWER_SECONDS_MAX = 10
"""The provider is waited for so long, each time that it is asked."""
SIGNED = ("RS", "PS", "ES", "Ed")
"""How names of algorithms begin that sign with a key of which the provider publishes the other half."""
GROUPS_MAX = 1_000


class ProviderMissing(ValueError):
    """A provider is set, and what speaks with it is not installed."""


class Begun(NamedTuple):
    """What a browser begins with, and has to come back with."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True)
class Identity:
    key: str
    """The provider's address and its name for somebody, which never changes."""
    email: str
    groups: frozenset[str]


class IdentityProvider:
    def __init__(self, settings: OidcSettings) -> None:
        """Raises `ProviderMissing`."""
        try:
            from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
            from authlib.integrations.requests_client import OAuth2Session
        except ImportError as error:
            raise ProviderMissing(
                "oidc_issuer needs Authlib, which is not installed: pip install 'playtrace[oidc]'"
            ) from error

        class Client(OAuth2Mixin, OpenIDMixin, BaseApp):
            client_cls = OAuth2Session

        self._settings = settings
        self._issuer = settings.issuer or ""
        secret = settings.client_secret
        self._client: Any = Client(
            None,
            client_id=settings.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            server_metadata_url=self._issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": settings.scope,
                "code_challenge_method": "S256",
                "default_timeout": ANSWER_SECONDS_MAX,
                # Without a secret it is a public client, whom PKCE protects.
                **({"token_endpoint_auth_method": "none"} if secret is None else {}),
            },
        )

    @property
    def name(self) -> str:
        """On the button."""
        return self._settings.name

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """Where to send the browser. Raises `Unavailable`."""
        with self._answering():
            self._metadata()
            begun = self._client.create_authorization_url(redirect_uri)
        return begun["url"], Begun(begun["state"], begun["nonce"], begun["code_verifier"])

    def finish(self, begun: Begun, redirect_uri: str, *, code: str, state: str, issuer: str | None) -> Identity:
        """Who has come back. Raises `Forbidden` where that does not hold, and `Unavailable`."""
        if not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "surrogatepass")):
            raise self._refused("another sign-in was begun in this browser")
        # RFC 9207: a provider may say who answers, so that no other one does in its place.
        if issuer is not None and issuer != self._issuer:
            raise self._refused("another provider answered")
        with self._answering():
            self._metadata()
            token = self._client.fetch_access_token(redirect_uri, code=code, code_verifier=begun.code_verifier)
            claims = self._claims(token, begun.nonce)
            if self._settings.groups_claim not in claims or "email" not in claims:
                more = self._client.userinfo(token=token)
                if more.get("sub") != claims["sub"]:
                    raise self._refused("it told about somebody else")
                claims = {**more, **claims}
        identity = Identity(f"{self._issuer}\n{claims['sub']}", self._email(claims), self._groups(claims))
        log.info("the identity provider %s knows somebody, of the groups %s", self._issuer, sorted(identity.groups))
        return identity

    def end_address(self, back_to: str) -> str | None:
        """Where somebody signs out of the provider too; None where it has no such page, or is away."""
        try:
            with self._answering():
                if "end_session_endpoint" not in self._metadata():
                    return None
                return self._client.create_logout_url(back_to, client_id=self._settings.client_id)["url"]
        except (Forbidden, Unavailable):
            return None

    def _metadata(self) -> dict[str, Any]:
        metadata = self._client.load_server_metadata()
        if metadata.get("issuer") != self._issuer:
            self._client.server_metadata.clear()
            raise Unavailable(
                f"The identity provider calls itself {str(metadata.get('issuer'))[:200]!r}, and oidc_issuer"
                f" {self._issuer!r}: they must be the same, to the last character."
            )
        algorithms = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        # Neither none nor a secret that others may know.
        metadata["id_token_signing_alg_values_supported"] = [one for one in algorithms if one.startswith(SIGNED)]
        return metadata

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        checked = {
            "iss": {"essential": True, "values": [self._issuer]},
            "aud": {"essential": True, "values": [self._settings.client_id]},
        }
        claims = self._client.parse_id_token(token, nonce, claims_options=checked)
        if claims is None or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise self._refused("it did not say who it is")
        return claims

    def _email(self, claims: Mapping[str, Any]) -> str:
        email = claims.get("email")
        if not isinstance(email, str) or not email:
            raise self._refused("it tells no email address: the scope `email` must be granted")
        if claims.get("email_verified") is False:
            raise self._refused("the email address is not verified there")
        return email

    def _groups(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """The claim of that name, or what a path with dots leads to: `realm_access.roles`."""
        name = self._settings.groups_claim
        found: object = claims.get(name)
        if found is None:
            found = claims
            for part in name.split("."):
                found = cast("dict[str, object]", found).get(part) if isinstance(found, dict) else None
        groups = [found] if isinstance(found, str) else found
        if not isinstance(groups, list):
            return frozenset()
        return frozenset(group for group in cast("list[object]", groups)[:GROUPS_MAX] if isinstance(group, str))

    @contextmanager
    def _answering(self) -> Generator[None]:
        """Its refusals and its silence, as problems."""
        from authlib.integrations.base_client import OAuthError
        from joserfc.errors import JoseError
        from requests import RequestException

        try:
            yield
        except (OAuthError, JoseError) as error:
            raise self._refused(str(error)[:200]) from error
        except (RequestException, ValueError, RuntimeError, KeyError, AttributeError) as error:
            log.warning("the identity provider %s does not answer as one does: %s", self._issuer, error)
            raise Unavailable(
                f"{self.name} does not answer now. Try again later; an admin can make a link by which you choose a"
                " password."
            ) from error

    def _refused(self, why: str) -> Forbidden:
        log.warning("a sign-in by %s is refused: %s", self._issuer, why)
        return Forbidden(f"{self.name} did not let you in, or what it said does not hold: {why}. Try again.")
