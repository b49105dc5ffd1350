"""The registry: what people configure. Every method is one transaction and may be called from any thread.

The methods block (disk, and password hashing of about 50 ms): call them from a thread, not from the event loop.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.orm import Session

from playtrace.registry import (
    alert_channels,
    alert_incidents,
    alert_outbox,
    alert_rules,
    audit,
    boards,
    exchange_rates,
    games,
    known_browsers,
    maps,
    mirrors,
    people,
    refused_players,
    report_schedules,
    saved_queries,
    second_factor,
    store_place,
    time_annotations,
    tokens,
)
from playtrace.registry.access_secrets import new_secret, sha256_of
from playtrace.registry.alert_channels import ChannelDefinition
from playtrace.registry.alert_incidents import IncidentChange, IncidentRow, Observation
from playtrace.registry.alert_outbox import Backlog
from playtrace.registry.alert_rules import RuleRow, Silence
from playtrace.registry.audit import acting, acts
from playtrace.registry.database import answering, for_reading, for_writing, open_database
from playtrace.registry.errors import (
    AmbiguousKey,
    CodeRefused,
    GameExists,
    GameIsDeleted,
    LoginRefused,
    SetupRefused,
    UnknownKey,
)
from playtrace.registry.exchange_rates import Rate, RateFilter
from playtrace.registry.games import check_currency, check_game_id, check_text, check_time_zone
from playtrace.registry.maps import MapChanges
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.models import (
    NAME_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    AlertChannel,
    AlertInOutbox,
    Annotation,
    AuditEntry,
    Board,
    BoardLink,
    Game,
    GameMap,
    Login,
    Mirror,
    Person,
    ReportSchedule,
    Revision,
    SavedQuery,
    SetupToken,
    Token,
    WriteKey,
)
from playtrace.registry.passwords import check_password, hash_password, verify_password
from playtrace.registry.people import LOGIN_DAYS, Browser, SessionSecret
from playtrace.registry.report_schedules import ScheduleDefinition
from playtrace.registry.retention import RetentionPolicy
from playtrace.registry.roles import ADMIN_OF_ALL, Grant, Role, Scope, read_scopes
from playtrace.registry.saved_queries import QueryDefinition
from playtrace.registry.store_place import StorePlace

SETUP_TOKENS_MAX = 8
"""Setup links that wait for their use; each start makes one until there is an admin."""
KEY_PREFIX_LENGTH_MIN = 4
"""A write key may be named by its first digits, at least so many."""

NO_BROWSER = Browser()


class Registry:
    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime]) -> None:
        self._engine = for_reading(engine)
        self._writing_engine = for_writing(engine)
        self._clock = clock

    @classmethod
    def open(
        cls, url: str, *, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC), upgraded: bool = False
    ) -> Registry:
        """Opens (or makes) the database and upgrades its tables, unless another process just did. Raises `Unusable`."""
        engine = open_database(url)
        if not upgraded:
            # Here, as loading what upgrades takes a quarter of a second.
            from playtrace.registry.upgrade import upgrade

            try:
                upgrade(engine)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, clock=clock)

    def close(self) -> None:
        self._engine.dispose()

    def revision(self) -> int:
        """A number that differs after every change of games or keys, by any process."""
        with self._reading() as session:
            return session.scalars(select(Revision.number)).one()

    def schema_version(self) -> int:
        """The number of the last migration."""
        with self._reading() as session:
            return int(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())

    def store_place(self) -> StorePlace | None:
        """How far the store was when somebody last told; None where nobody did."""
        with self._reading() as session:
            return store_place.find(session)

    def put_store_place(self, place: StorePlace) -> None:
        with self._noting() as session:
            store_place.put(session, place)

    # Games

    def add_game(
        self,
        game_id: str,
        *,
        name: str | None = None,
        time_zone: str = "UTC",
        currency: str = "USD",
    ) -> Game:
        """Raises `Invalid`, `GameExists`, or `GameIsDeleted` until nothing of the one before is left."""
        check_game_id(game_id)
        name = game_id if name is None else check_text("name", name, NAME_LENGTH_MAX)
        check_time_zone(time_zone)
        check_currency(currency)
        with self._writing() as session:
            there = _game(session, game_id)
            if there is not None:
                raise GameExists(game_id) if there.deletion_began_at is None else GameIsDeleted(game_id)
            game = Game(id=game_id, name=name, time_zone=time_zone, currency=currency, created_at=self._clock())
            session.add(game)
            self._audit(session, "game.added", game_id, game_id=game_id)
        return game

    def add_games(self, game_ids: Sequence[str], *, games_max: int | None = None) -> None:
        """Those of these that there are not. Only the first ones, where there would be more than `games_max` games.

        Raises `Invalid`.
        """
        for game_id in game_ids:
            check_game_id(game_id)
        now = self._clock()
        with self._writing() as session:
            known = set(session.scalars(select(Game.id).where(Game.id.in_(game_ids))))
            new = [game_id for game_id in dict.fromkeys(game_ids) if game_id not in known]
            if games_max is not None:
                # In this transaction: other processes make some too.
                there_are = session.scalars(select(func.count()).select_from(Game)).one()
                new = new[: max(0, games_max - there_are)]
            session.add_all(Game(id=id_, name=id_, time_zone="UTC", currency="USD", created_at=now) for id_ in new)

    def games(self) -> list[Game]:
        """All games, oldest first, the archived ones too; without those that are being deleted."""
        with self._reading() as session:
            return list(games.find_all(session))

    def games_being_deleted(self) -> list[Game]:
        """Oldest first."""
        with self._reading() as session:
            return list(games.find_deleted(session))

    def game(self, game_id: str) -> Game | None:
        """None for one that is being deleted, too."""
        with self._reading() as session:
            game = _game(session, game_id)
            return None if game is None or game.deletion_began_at is not None else game

    def change_game(self, game_id: str, changes: Mapping[str, str]) -> Game:
        """Its `name`, `time_zone` and `currency`, those that are given. Raises `UnknownGame`, `GameIsDeleted` and
        `Invalid`."""
        with self._writing() as session:
            self._audit(session, "game.changed", game_id, game_id=game_id, **changes)
            return games.change(session, game_id, changes)

    def archive_game(self, game_id: str, *, is_archived: bool) -> Game:
        """It takes no events any more, or takes some again. Raises `UnknownGame` and `GameIsDeleted`."""
        with self._writing() as session:
            self._audit(session, "game.archived" if is_archived else "game.taken_back", game_id, game_id=game_id)
            return games.archive(session, game_id, self._clock(), is_archived=is_archived)

    def begin_deletion(self, game_id: str, confirmed_name: str) -> Game:
        """Raises `UnknownGame`, `GameIsDeleted`, and `Invalid` for a game that is not archived, or named otherwise."""
        with self._writing() as session:
            self._audit(session, "game.deleted", game_id, game_id=game_id)
            return games.begin_deletion(session, game_id, confirmed_name, self._clock())

    def forget_game(self, game_id: str) -> None:
        """Every row that is about it: its id is free then."""
        with self._writing() as session:
            games.forget(session, game_id)

    def set_retention(self, game_id: str, policy: RetentionPolicy) -> Game:
        """How long it keeps what. Raises `UnknownGame`, `GameIsDeleted` and `Invalid`."""
        with self._writing() as session:
            self._audit(session, "game.retention_set", game_id, game_id=game_id)
            return games.set_retention(session, game_id, policy, self._clock())

    # Write keys

    def add_key(self, game_id: str, *, note: str = "") -> WriteKey:
        """Raises `UnknownGame` or `Invalid`."""
        note = check_note(note)
        with self._writing() as session:
            games.find(session, game_id)
            key = WriteKey(
                key=secrets.token_hex(16),
                secret=secrets.token_hex(20),
                game_id=game_id,
                note=note,
                created_at=self._clock(),
            )
            session.add(key)
            self._audit(session, "key.added", _key_in_words(key), game_id=game_id)
        return key

    def keys(self, game_id: str | None = None) -> list[WriteKey]:
        """All write keys (of one game), oldest first, the revoked ones too."""
        query = select(WriteKey).order_by(WriteKey.created_at, WriteKey.key)
        if game_id is not None:
            query = query.where(WriteKey.game_id == game_id)
        with self._reading() as session:
            return list(session.scalars(query))

    def revoke_key(self, key: str) -> WriteKey:
        """Revokes the key that is, or alone begins with, `key`. Raises `UnknownKey` or `AmbiguousKey`."""
        with self._writing() as session:
            found = _key(session, key)
            found.revoked_at = found.revoked_at or self._clock()
            self._audit(session, "key.revoked", _key_in_words(found), game_id=found.game_id)
            return found

    def rename_key(self, key: str, note: str) -> WriteKey:
        """What people call the key that is, or alone begins with, `key`. Raises `UnknownKey`, `AmbiguousKey` or
        `Invalid`."""
        note = check_note(note)
        with self._writing() as session:
            found = _key(session, key)
            found.note = note
            self._audit(session, "key.renamed", _key_in_words(found), game_id=found.game_id)
            return found

    # People. No answer depends on them, so the revision stays.

    def has_admin(self) -> bool:
        with self._reading() as session:
            return people.has_admin(session)

    def setup_token(self) -> str | None:
        """A new secret for the link that makes the first admin; None once there is one.

        Only a hash is kept, so every start makes another. The latest few of them are valid until one is used.
        """
        with self._noting() as session:
            if people.has_admin(session):
                return None
            secret = new_secret("setup")
            session.add(SetupToken(secret_sha256=sha256_of(secret), created_at=self._clock()))
            session.flush()
            newest = session.scalars(select(SetupToken.id).order_by(SetupToken.id.desc()).limit(SETUP_TOKENS_MAX)).all()
            session.execute(delete(SetupToken).where(SetupToken.id < newest[-1]))
            return secret

    def create_admin(self, setup_token: str, email: str, password: str) -> Person:
        """The first admin. Raises `SetupRefused`, `PersonExists` or `Invalid`."""
        people.check_email(email)
        check_password(password)
        with self._reading() as session:
            # Checked before hashing, which costs enough to be worth a secret.
            if _open_setup_token(session, setup_token) is None:
                raise SetupRefused
        password_hash = hash_password(password)
        with self._noting() as session:
            if _open_setup_token(session, setup_token) is None:
                raise SetupRefused
            now = self._clock()
            session.execute(update(SetupToken).where(SetupToken.used_at.is_(None)).values(used_at=now))
            person = people.add(session, email, [ADMIN_OF_ALL], now, password_hash=password_hash)
            self._audit(session, "person.set_up", person.email)
        return person

    def invite(self, email: str, grants: Sequence[Grant]) -> tuple[Person, str]:
        """Somebody new, and the secret of the link by which they choose a password.

        Raises `Invalid`, `PersonExists` and `UnknownGame`.
        """
        with self._noting() as session:
            self._require_games(session, [grant.game_id for grant in grants])
            now = self._clock()
            person = people.add(session, email, grants, now)
            self._audit(session, "person.invited", person.email, grants=_in_words(grants))
            return person, people.new_link(session, person, now)

    def people(self) -> list[Person]:
        """All of them, by email."""
        with self._reading() as session:
            return list(people.find_all(session))

    def person(self, who: str | int) -> Person:
        """By email or number. Raises `UnknownPerson`."""
        with self._reading() as session:
            return people.find(session, who)

    def set_grants(self, who: str | int, grants: Sequence[Grant]) -> Person:
        """What they may do, in place of all that they could. Raises `UnknownPerson`, `UnknownGame`, `Invalid` and
        `LastAdmin`."""
        with self._noting() as session:
            person = people.find(session, who)
            self._require_games(session, [grant.game_id for grant in grants if grant not in person.grants])
            people.set_grants(session, person, grants)
            self._audit(session, "person.role_changed", person.email, grants=_in_words(grants))
            return person

    def set_role(self, who: str | int, role: Role | None, game_ids: Sequence[str] = ()) -> Person:
        """In these games, or in all; what they may do in others stays. Raises what `set_grants` does."""
        with self._noting() as session:
            person = people.find(session, who)
            self._require_games(session, game_ids if role is not None else ())
            people.set_role(session, person, role, game_ids)
            self._audit(session, "person.role_changed", person.email, grants=_in_words(person.grants))
            return person

    def remove_person(self, who: str | int) -> Person:
        """Raises `UnknownPerson` and `LastAdmin`."""
        with self._noting() as session:
            person = people.find(session, who)
            people.remove(session, person)
            saved_queries.forget_owner(session, person.id)
            self._audit(session, "person.removed", person.email)
            return person

    def reset_link(self, who: str | int) -> tuple[Person, str]:
        """The secret of a link by which they choose a new password. Until it is used the old one is good.

        Raises `UnknownPerson`.
        """
        with self._noting() as session:
            person = people.find(session, who)
            self._audit(session, "person.reset", person.email)
            return person, people.new_link(session, person, self._clock())

    def open_links(self) -> dict[int, dt.datetime]:
        """Of people who have a link that they have not used: until when it is good."""
        with self._reading() as session:
            return people.open_links(session, self._clock())

    def person_of_link(self, secret: str) -> Person:
        """Raises `LinkRefused`."""
        with self._reading() as session:
            return people.of_link(session, secret, self._clock())

    def use_link(self, secret: str, password: str) -> Person:
        """They have this password now, and are signed in nowhere. Raises `LinkRefused` and `Invalid`."""
        check_password(password)
        self.person_of_link(secret)
        password_hash = hash_password(password)
        with self._noting() as session:
            person = people.of_link(session, secret, self._clock())
            people.set_password(session, person, password_hash)
            with acts(acting.get()._replace(name=person.email)):
                self._audit(session, "person.password_set", person.email)
            return person

    def set_password(self, who: str | int, password: str) -> Person:
        """Of whoever may do that without being asked for the old one. Raises `UnknownPerson` and `Invalid`."""
        check_password(password)
        password_hash = hash_password(password)
        with self._noting() as session:
            person = people.find(session, who)
            people.set_password(session, person, password_hash)
            self._audit(session, "person.password_set", person.email)
            return person

    def change_password(self, person_id: int, new: str, *, login: str | None) -> None:
        """By themselves: all their logins end but this one. Raises `UnknownPerson` and `Invalid`."""
        check_password(new)
        password_hash = hash_password(new)
        with self._noting() as session:
            person = people.find(session, person_id)
            person.password_hash = password_hash
            people.end_logins(session, person, but=login)
            self._audit(session, "person.password_changed", person.email)

    def person_of_password(self, email: str, password: str) -> Person:
        """Whoever has them. It may be that a code is to be asked for as well.

        Raises `LoginRefused`, after the same time and with the same words whether or not the person exists.
        """
        with self._reading() as session:
            person = people.by_email(session, email)
        if not verify_password(person.password_hash or None if person else None, password) or person is None:
            raise LoginRefused
        return person

    def require_password(self, person_id: int, password: str) -> None:
        """Of somebody who is signed in, before what only they may do. Raises `UnknownPerson` and `LoginRefused`."""
        if not verify_password(self.person(person_id).password_hash or None, password):
            raise LoginRefused

    # The second factor

    def begin_second_factor(self, person_id: int) -> str:
        """The secret for an authenticator app. It is asked for codes of it once it is confirmed.

        Raises `UnknownPerson` and `SecondFactorThere`.
        """
        with self._noting() as session:
            return second_factor.begin(people.find(session, person_id))

    def confirm_second_factor(self, person_id: int, code: str) -> list[str]:
        """The recovery codes, which cannot be shown again. Raises `UnknownPerson`, `SecondFactorThere` and
        `CodeRefused`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            codes = second_factor.confirm(session, person, code, self._clock())
            self._audit(session, "person.second_factor_set", person.email)
            return codes

    def take_code(self, person_id: int, code: str) -> None:
        """Of the app, or for recovery: none is taken twice. Raises `UnknownPerson` and `CodeRefused`."""
        try:
            with self._noting() as session:
                person = people.find(session, person_id)
                second_factor.take(session, person, code, self._clock())
                if not second_factor.is_of_app(code):
                    self._audit(session, "person.recovery_code_used", person.email)
        except CodeRefused:
            # Whoever comes so far knows the password.
            self.note("person.code_refused", self.person(person_id).email)
            raise

    def new_recovery_codes(self, person_id: int) -> list[str]:
        """In place of those that were left; none without a second factor. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            if not person.has_second_factor:
                return []
            self._audit(session, "person.recovery_codes_made", person.email)
            return second_factor.new_recovery_codes(session, person)

    def recovery_codes_left(self, person_id: int) -> int:
        """Raises `UnknownPerson`."""
        with self._reading() as session:
            return second_factor.recovery_codes_left(session, people.find(session, person_id))

    def remove_second_factor(self, who: str | int) -> Person:
        """Where there is one. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, who)
            if person.has_second_factor:
                self._audit(session, "person.second_factor_removed", person.email)
            second_factor.remove(session, person)
            return person

    # Where people are signed in

    def knows_browser(self, email: str, secret: str) -> bool:
        """Whether this person signed in before in the browser that shows this secret."""
        with self._reading() as session:
            person = people.by_email(session, email)
            return person is not None and known_browsers.is_known(session, person, secret, self._clock())

    def put_identity(self, identity: str, email: str, grants: Sequence[Grant]) -> Person | None:
        """Somebody of whom a provider says who they are and what they may: added, or changed to that. None for who may
        nothing: they are not added, and signed out where they were.

        They are known by `identity`, never by the email, which may have been somebody else's; who linked it to an
        account that they had is let in as they are. Games that there are not are passed over. Raises `PersonExists` for
        an email that is somebody else's here, `LastAdmin`, and `Invalid`.
        """
        with self._noting() as session:
            there = {None, *(game.id for game in games.find_all(session))}
            grants = [grant for grant in grants if grant.game_id in there]
            person = people.of_identity(session, identity)
            if person is not None and person.is_linked:
                return person
            if person is None and not grants:
                return None
            if person is None:
                person = people.add(session, email, grants, self._clock(), identity=identity)
                self._audit(session, "person.joined", person.email, grants=_in_words(grants))
                return person
            people.change_email(session, person, email)
            if set(grants) != set(person.grants):
                people.set_grants(session, person, grants)
                self._audit(session, "person.role_changed", person.email, grants=_in_words(grants))
            if not grants:
                people.end_logins(session, person)
                return None
            return person

    def link_identity(self, person_id: int, identity: str, email: str) -> Person:
        """They may sign in with it from now on, beside their password; `email` is what the provider has for them.

        Raises `UnknownPerson`, `IdentityThere` and `IdentityTaken`.
        """
        with self._noting() as session:
            person = people.find(session, person_id)
            people.link_identity(session, person, identity, self._clock())
            self._audit(session, "person.identity_linked", person.email, identity_email=email)
            return person

    def unlink_identity(self, person_id: int) -> Person:
        """Where they linked one. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            if person.is_linked:
                self._audit(session, "person.identity_unlinked", person.email)
            people.unlink_identity(person)
            return person

    def begin_login(
        self, person_id: int, *, browser: Browser = NO_BROWSER, hours: float = LOGIN_DAYS * 24
    ) -> SessionSecret:
        """Of somebody of whom it is known who it is. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            login = people.begin_login(session, person, browser, self._clock(), hours=hours)
            with acts(acting.get()._replace(name=person.email)):
                self._audit(session, "person.signed_in", person.email, agent=browser.agent or None)
            return login

    def logout(self, secret: str) -> None:
        """Ends a login; one that is unknown or over needs nothing."""
        with self._noting() as session:
            session.execute(delete(Login).where(Login.secret_sha256 == sha256_of(secret)))

    def logins(self, who: str | int) -> list[Login]:
        """Where they are signed in, the latest first. Raises `UnknownPerson`."""
        with self._reading() as session:
            return list(people.logins(session, people.find(session, who), self._clock()))

    def end_login(self, who: str | int, login_id: str) -> None:
        """Raises `UnknownPerson` and `UnknownLogin`."""
        with self._noting() as session:
            person = people.find(session, who)
            people.end_login(session, person, login_id)
            self._audit(session, "person.login_ended", person.email)

    def end_logins(self, who: str | int, *, but: str | None = None) -> None:
        """All of them, but the one of this secret. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, who)
            people.end_logins(session, person, but=but)
            self._audit(session, "person.logins_ended", person.email)

    def forget_logins(self) -> None:
        """And links that are over; nobody can use them any more."""
        with self._noting() as session:
            people.forget(session, self._clock())

    def person_of_session(self, secret: str) -> Person | None:
        now = self._clock()
        with self._reading() as session:
            found = people.of_login(session, secret, now)
        if found is None:
            return None
        person, login = found
        if login.seen_at is None or now - login.seen_at >= people.SEEN:
            with self._noting() as session:
                session.execute(update(Login).where(Login.secret_sha256 == login.secret_sha256).values(seen_at=now))
        return person

    # Tokens

    def add_token(
        self,
        *,
        note: str = "",
        game_ids: Sequence[str] | None = None,
        scopes: Sequence[Scope] = (Scope.READ,),
        expires_at: dt.datetime | None = None,
    ) -> tuple[Token, str]:
        """A token of some games, or of all, and its secret, which cannot be shown again.

        Raises `UnknownGame` or `Invalid`.
        """
        note = check_note(note)
        with self._writing() as session:
            self._require_games(session, game_ids or ())
            token, secret = tokens.add(session, note, game_ids, read_scopes(scopes), expires_at, self._clock())
            self._audit(session, "token.added", _token_in_words(token), scopes=token.scopes, games=token.game_ids)
            return token, secret

    def tokens(self) -> list[Token]:
        """All tokens, oldest first, the revoked ones too."""
        with self._reading() as session:
            return list(tokens.find_all(session))

    def revoke_token(self, token_id: int) -> Token:
        """Raises `UnknownToken`."""
        with self._writing() as session:
            token = tokens.revoke(session, token_id, self._clock())
            self._audit(session, "token.revoked", _token_in_words(token))
            return token

    def token_of_secret(self, secret: str) -> Token | None:
        """Where it is good now. That it was used is noted."""
        now = self._clock()
        with self._reading() as session:
            token = tokens.of_secret(session, secret, now)
        if token is not None and (token.used_at is None or now - token.used_at >= people.SEEN):
            with self._noting() as session:
                session.execute(update(Token).where(Token.id == token.id).values(used_at=now))
        return token

    # The audit

    def note(self, action: str, subject: str, *, game_id: str | None = None, **details: Any) -> None:
        """Who acts has done something that is kept elsewhere."""
        with self._noting() as session:
            self._audit(session, action, subject, game_id=game_id, **details)

    def audit(
        self,
        *,
        game_ids: Collection[str] | None = None,
        actor: str | None = None,
        action: str | None = None,
        address: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[AuditEntry]:
        """What was done, the latest first; `before` is the number of an entry."""
        with self._reading() as session:
            return list(
                audit.find(
                    session,
                    game_ids=game_ids,
                    actor=actor,
                    action=action,
                    address=address,
                    since=since,
                    until=until,
                    before=before,
                    limit=limit,
                )
            )

    def _audit(
        self, session: Session, action: str, subject: str, *, game_id: str | None = None, **details: Any
    ) -> None:
        audit.note(session, action, subject, self._clock(), game_id=game_id, **details)

    # Exchange rates

    def put_rates(self, rates: Sequence[Rate], *, game_id: str | None = None) -> None:
        """Add rates of a game, or for all games, in place of those of the same day and currencies.

        All or none. Raises `UnknownGame`, or `Invalid` when the table has too many.
        """
        with self._writing() as session:
            self._require_game(session, game_id)
            exchange_rates.put(session, game_id, rates)
            self._audit(session, "rates.put", "exchange rates", game_id=game_id, rates=len(rates))

    def remove_rates(self, which: RateFilter, *, game_id: str | None = None) -> int:
        """How many were removed. Raises `UnknownGame`."""
        with self._writing() as session:
            self._require_game(session, game_id)
            removed = exchange_rates.remove(session, game_id, which)
            self._audit(session, "rates.removed", "exchange rates", game_id=game_id, rates=removed)
            return removed

    def rates(self, which: RateFilter, *, game_id: str | None = None, rates_max: int) -> tuple[list[Rate], int]:
        """Those of a game, or for all games: the latest ones, and how many there are. Raises `UnknownGame`."""
        with self._reading() as session:
            self._require_game(session, game_id)
            return exchange_rates.find(session, game_id, which, rates_max)

    def rates_for(self, game_id: str, currencies: Collection[str], first: dt.date, last: dt.date) -> list[Rate]:
        """What converts from or into these currencies for a game: its own rates, and else those for all games."""
        with self._reading() as session:
            return exchange_rates.find_for(session, game_id, currencies, first, last)

    # Channels of alerts

    def put_alert_channel(self, channel_id: str, definition: ChannelDefinition) -> AlertChannel:
        """Make a channel, in place of one of the same name. Raises `Invalid` and `FromSettings`."""
        check_time_zone(definition.time_zone)
        with self._writing() as session:
            self._audit(session, "channel.put", channel_id, kind=definition.kind)
            return alert_channels.put(session, channel_id, definition, self._clock())

    def change_alert_channel(self, channel_id: str, changes: Mapping[str, Any]) -> AlertChannel:
        """Change these fields of its definition. Raises `UnknownChannel`, `Invalid` and `FromSettings`."""
        if "time_zone" in changes:
            check_time_zone(changes["time_zone"])
        with self._writing() as session:
            self._audit(session, "channel.changed", channel_id, fields=sorted(changes))
            return alert_channels.change(session, channel_id, changes)

    def remove_alert_channel(self, channel_id: str) -> None:
        """A channel, and what waits for it. Raises `UnknownChannel` and `FromSettings`."""
        with self._writing() as session:
            alert_channels.remove(session, channel_id)
            self._audit(session, "channel.removed", channel_id)

    def follow_alert_settings(self, discord_webhook_url: str | None) -> AlertChannel | None:
        """The channel `discord` is as the settings say; one that somebody made stays as it is, and is returned."""
        with self._writing() as session:
            return alert_channels.follow_settings(session, discord_webhook_url, self._clock())

    def alert_channels(self) -> list[AlertChannel]:
        """All of them, by name."""
        with self._reading() as session:
            return list(alert_channels.find_all(session))

    def alert_channel(self, channel_id: str) -> AlertChannel:
        """Raises `UnknownChannel`."""
        with self._reading() as session:
            return alert_channels.find(session, channel_id)

    # The outbox of alerts

    def put_alert(self, channel_ids: Collection[str], message_json: str, *, is_urgent: bool) -> list[str]:
        """A message that tells of nothing that is kept here too. Returns the channels that there are."""
        with self._writing() as session:
            return alert_outbox.put(session, channel_ids, message_json, self._clock(), is_urgent=is_urgent)

    def channels_with_waiting_alerts(self) -> list[str]:
        with self._reading() as session:
            return alert_outbox.channels_with_waiting(session)

    def next_alert(self, channel_id: str) -> tuple[AlertChannel, AlertInOutbox] | None:
        """What is to be sent to a channel now."""
        with self._reading() as session:
            return alert_outbox.head(session, channel_id, self._clock())

    def alert_delivered(self, row_id: int, *, pause_s: float) -> None:
        """A channel has taken it, and takes no more for so long."""
        now = self._clock()
        with self._noting() as session:
            alert_outbox.delivered(session, row_id, now, _after(now, pause_s))

    def alert_failed(self, row_id: int, error: str, *, pause_s: float) -> None:
        """A channel has not taken it; it is tried again after so long."""
        now = self._clock()
        with self._noting() as session:
            alert_outbox.failed(session, row_id, error, now, now + dt.timedelta(seconds=pause_s))

    def set_alert_aside(self, row_id: int, error: str, *, pause_s: float) -> None:
        """A channel has not taken it, and it is given up; what waits behind it is tried after so long."""
        now = self._clock()
        with self._noting() as session:
            alert_outbox.set_aside(session, row_id, error, now, now + dt.timedelta(seconds=pause_s))

    def alert_channel_works(self, channel_id: str, *, pause_s: float) -> None:
        """It took a message that was not in the outbox: what waits there is tried at once."""
        now = self._clock()
        with self._writing() as session:
            alert_outbox.works(session, channel_id, now, _after(now, pause_s))

    def tidy_alerts(self) -> int:
        """Bounds the outbox. Returns how many messages were set aside."""
        with self._writing() as session:
            return alert_outbox.tidy(session, self._clock())

    def alert_backlogs(self) -> dict[str, Backlog]:
        """What waits and what was set aside, for each channel that has either."""
        with self._reading() as session:
            return alert_outbox.backlogs(session)

    def alerts_of_channel(self, channel_id: str, *, rows_max: int) -> list[AlertInOutbox]:
        """The latest messages, newest first. Raises `UnknownChannel`."""
        with self._reading() as session:
            alert_channels.find(session, channel_id)
            return list(alert_outbox.messages(session, channel_id, rows_max))

    # Rules of alerts

    def put_alert_rule(self, rule_id: str, rule_json: str, *, game_id: str | None = None) -> None:
        """A rule of a game, or for all games, in place of the one of the same id. Raises `UnknownGame` or `Invalid`."""
        with self._writing() as session:
            self._require_game(session, game_id)
            alert_rules.put(session, rule_id, game_id, rule_json, self._clock())
            self._audit(session, "rule.put", rule_id, game_id=game_id)

    def put_alert_rules(self, rules: Sequence[tuple[str, str | None, str]]) -> None:
        """Several: id, game and text of each, all or none. Raises `UnknownGame` or `Invalid`."""
        with self._writing() as session:
            for rule_id, game_id, rule_json in rules:
                self._require_game(session, game_id)
                alert_rules.put(session, rule_id, game_id, rule_json, self._clock())
                self._audit(session, "rule.put", rule_id, game_id=game_id)

    def remove_alert_rule(self, rule_id: str, *, game_id: str | None = None) -> None:
        """Raises `UnknownAlertRule`."""
        with self._writing() as session:
            alert_rules.remove(session, rule_id, game_id)
            self._audit(session, "rule.removed", rule_id, game_id=game_id)

    def alert_rules(self) -> list[RuleRow]:
        """All that people made or changed, by id."""
        with self._reading() as session:
            return alert_rules.find_all(session)

    def add_alert_silence(
        self, until: dt.datetime, *, rule_id: str | None, game_id: str | None, version: str | None, note: str
    ) -> Silence:
        """Nobody is told until then of what a rule finds, in a game or a version. Raises `UnknownGame` or `Invalid`."""
        now = self._clock()
        silence = Silence(0, rule_id, game_id, version, until, check_note(note), now)
        with self._writing() as session:
            self._require_game(session, game_id)
            self._audit(session, "silence.added", rule_id or version or "all rules", game_id=game_id, until=str(until))
            return alert_rules.add_silence(session, silence)

    def end_alert_silence(self, silence_id: int) -> None:
        """Raises `UnknownSilence`."""
        with self._writing() as session:
            ended = alert_rules.end_silence(session, silence_id)
            self._audit(session, "silence.ended", ended.rule_id or ended.version or "all rules", game_id=ended.game_id)

    def alert_silences(self) -> list[Silence]:
        """Those that hold now."""
        with self._reading() as session:
            return alert_rules.silences(session, self._clock())

    # Incidents. What they do changes no answer, so the revision stays.

    def keep_incidents(self, changes: Sequence[IncidentChange]) -> list[int]:
        """What became of some incidents, with what is told of it: all or none. Returns their numbers.

        Raises `UnknownIncident`.
        """
        with self._noting() as session:
            return [alert_incidents.keep(session, change, self._clock()) for change in changes]

    def change_incident(self, incident_id: int, changing: Callable[[IncidentRow], IncidentRow]) -> IncidentRow:
        """Change what is kept of one. Raises `UnknownIncident`, and what `changing` raises."""
        with self._noting() as session:
            return alert_incidents.change(session, incident_id, changing)

    def incident(self, incident_id: int) -> tuple[IncidentRow, list[Observation]]:
        """One, and what it saw. Raises `UnknownIncident`."""
        with self._reading() as session:
            return alert_incidents.find(session, incident_id)

    def incidents(
        self,
        *,
        game_ids: Collection[str] | None = None,
        rule_id: str | None = None,
        is_open: bool | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[IncidentRow]:
        """The latest ones first."""
        with self._reading() as session:
            return alert_incidents.find_last(
                session, game_ids=game_ids, rule_id=rule_id, is_open=is_open, before=before, limit=limit
            )

    def current_incidents(self, since: dt.datetime) -> list[IncidentRow]:
        """Those that are open, or were since then."""
        with self._reading() as session:
            return alert_incidents.find_current(session, since)

    def alert_positions(self) -> dict[str, dt.datetime]:
        """Up to when each game was judged."""
        with self._reading() as session:
            return alert_rules.positions(session)

    def put_alert_positions(self, judged_to: Mapping[str, dt.datetime]) -> None:
        """Up to when some games were judged; what was resolved long ago is forgotten."""
        with self._noting() as session:
            alert_rules.put_positions(session, judged_to)
            alert_incidents.forget(session, self._clock())

    # Schedules of reports

    def put_report(self, report_id: str, definition: ScheduleDefinition) -> ReportSchedule:
        """Schedule a report, in place of the one of the same name. Raises `UnknownGame` and `Invalid`."""
        check_time_zone(definition.time_zone)
        with self._writing() as session:
            self._require_game(session, definition.game_id)
            self._audit(session, "report.put", report_id, game_id=definition.game_id)
            return report_schedules.put(session, report_id, definition, self._clock())

    def remove_report(self, report_id: str) -> None:
        """Raises `UnknownReport`."""
        with self._writing() as session:
            game_id = report_schedules.find(session, report_id).game_id
            report_schedules.remove(session, report_id)
            self._audit(session, "report.removed", report_id, game_id=game_id)

    def reports(self) -> list[ReportSchedule]:
        """All schedules, by name."""
        with self._reading() as session:
            return list(report_schedules.find_all(session))

    def report(self, report_id: str) -> ReportSchedule:
        """Raises `UnknownReport`."""
        with self._reading() as session:
            return report_schedules.find(session, report_id)

    def send_report(self, report_id: str, message_json: str, *, due: dt.datetime | None = None) -> list[str] | None:
        """Put a report on its way: the one that was `due`, unless that was done already, or one out of turn.

        Returns the channels that there are, or None. Raises `UnknownReport`.
        """
        with self._writing() as session:
            return report_schedules.send(session, report_id, message_json, self._clock(), due=due)

    def report_failed(self, report_id: str, error: str) -> None:
        """It could not be made, and is still due."""
        with self._writing() as session:
            report_schedules.failed(session, report_id, error)

    # Boards. No answer depends on them, so the revision stays.

    def add_board(self, game_id: str | None, title: str, document_json: str) -> Board:
        """Of one game, or for all. Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            self._require_game(session, game_id)
            self._audit(session, "board.added", title, game_id=game_id)
            return boards.add(session, game_id, title, document_json, acting.get().name, self._clock())

    def change_board(self, board_id: str, title: str, document_json: str, *, revision: int) -> Board:
        """Raises `UnknownBoard`, `BoardChanged` and `Invalid`."""
        with self._noting() as session:
            board = boards.change(session, board_id, title, document_json, revision, acting.get().name, self._clock())
            self._audit(session, "board.changed", board.title, game_id=board.game_id or None)
            return board

    def remove_board(self, board_id: str) -> None:
        """With its links. Raises `UnknownBoard`."""
        with self._noting() as session:
            removed = boards.remove(session, board_id)
            self._audit(session, "board.removed", removed.title, game_id=removed.game_id or None)

    def board(self, board_id: str) -> Board:
        """Raises `UnknownBoard`."""
        with self._reading() as session:
            return boards.find(session, board_id)

    def boards(self) -> list[Board]:
        """All of them, by title."""
        with self._reading() as session:
            return list(boards.find_all(session))

    def add_board_link(self, board_id: str, game_id: str, *, note: str = "") -> tuple[BoardLink, str]:
        """A link and its secret, which cannot be shown again. Raises `UnknownBoard`, `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            self._require_game(session, game_id)
            title = boards.find(session, board_id).title
            self._audit(session, "board.shared", title, game_id=game_id, note=note or None)
            return boards.add_link(session, board_id, game_id, note, acting.get().name, self._clock())

    def revoke_board_link(self, board_id: str, link_id: int) -> BoardLink:
        """Raises `UnknownBoard` and `UnknownBoardLink`."""
        with self._noting() as session:
            title = boards.find(session, board_id).title
            link = boards.revoke_link(session, board_id, link_id, self._clock())
            self._audit(session, "board.link_revoked", title, game_id=link.game_id, note=link.note or None)
            return link

    def board_links(self, board_id: str) -> list[BoardLink]:
        """Oldest first, the revoked ones too."""
        with self._reading() as session:
            return list(boards.links(session, board_id))

    def board_of_link(self, secret: str) -> tuple[Board, BoardLink] | None:
        """What a link opens, where it is good now."""
        with self._reading() as session:
            return boards.of_secret(session, secret)

    # Annotations. No answer depends on them, so the revision stays.

    def add_annotation(self, game_id: str, at: dt.datetime, text: str) -> Annotation:
        """Of whoever acts. Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            self._require_game(session, game_id)
            self._audit(session, "annotation.added", text, game_id=game_id, at=str(at))
            return time_annotations.add(session, game_id, at, text, acting.get().name, self._clock())

    def change_annotation(self, game_id: str, annotation_id: int, at: dt.datetime, text: str) -> Annotation:
        """Raises `UnknownAnnotation` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "annotation.changed", text, game_id=game_id, at=str(at))
            return time_annotations.change(session, game_id, annotation_id, at, text, acting.get().name, self._clock())

    def remove_annotation(self, game_id: str, annotation_id: int) -> None:
        """Raises `UnknownAnnotation`."""
        with self._noting() as session:
            removed = time_annotations.remove(session, game_id, annotation_id)
            self._audit(session, "annotation.removed", removed.text, game_id=game_id, at=str(removed.at))

    def annotations(
        self, game_id: str, *, since: dt.datetime | None = None, until: dt.datetime | None = None
    ) -> list[Annotation]:
        """Those of a game, from `since` on and before `until`, the earliest first."""
        with self._reading() as session:
            return list(time_annotations.find_all(session, game_id, since, until))

    # Saved queries. No answer depends on them, so the revision stays.

    def saved_queries(self, game_id: str, person_id: int | None) -> list[SavedQuery]:
        """Those of a game that are shared, and the person's own; by name."""
        with self._reading() as session:
            return list(saved_queries.visible_to(session, game_id, person_id))

    def saved_query(self, game_id: str, query_id: int) -> SavedQuery:
        """Raises `UnknownSavedQuery`."""
        with self._reading() as session:
            return saved_queries.find(session, game_id, query_id)

    def save_query(self, game_id: str, definition: QueryDefinition, person_id: int | None) -> SavedQuery:
        """Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            self._require_game(session, game_id)
            self._audit(session, "saved_query.put", definition.name, game_id=game_id)
            return saved_queries.add(session, game_id, definition, person_id, self._clock())

    def change_saved_query(self, game_id: str, query_id: int, definition: QueryDefinition) -> SavedQuery:
        """Raises `UnknownSavedQuery` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "saved_query.put", definition.name, game_id=game_id)
            return saved_queries.change(session, game_id, query_id, definition, self._clock())

    def remove_saved_query(self, game_id: str, query_id: int) -> None:
        """Raises `UnknownSavedQuery`."""
        with self._noting() as session:
            removed = saved_queries.find(session, game_id, query_id)
            self._audit(session, "saved_query.removed", removed.name, game_id=game_id)
            saved_queries.remove(session, game_id, query_id)

    # Mirrors. No answer depends on them, so the revision stays.

    def put_mirror(self, mirror_id: str, definition: MirrorDefinition) -> Mirror:
        """Make a mirror, in place of one of the same name. Raises `Invalid` and `MirrorFromSettings`."""
        with self._noting() as session:
            self._audit(session, "mirror.put", mirror_id)
            return mirrors.put(session, mirror_id, definition, self._clock())

    def check_mirror(self, mirror_id: str, definition: MirrorDefinition) -> None:
        """Whether it could be made, but for what is at its address. Raises `Invalid`."""
        with self._reading() as session:
            mirrors.check_definition(session, mirror_id, definition)

    def pause_mirror(self, mirror_id: str, *, is_paused: bool) -> Mirror:
        """Nothing is written until it is resumed; one that fails is tried at once then. Raises `UnknownMirror`."""
        with self._noting() as session:
            self._audit(session, "mirror.paused" if is_paused else "mirror.resumed", mirror_id)
            return mirrors.pause(session, mirror_id, self._clock(), is_paused=is_paused)

    def replay_mirror(self, mirror_id: str, day: dt.date) -> Mirror:
        """What happened on this day (UTC) and later is to be written again. Raises `UnknownMirror`."""
        with self._noting() as session:
            self._audit(session, "mirror.replayed", mirror_id, since=day.isoformat())
            return mirrors.replay(session, mirror_id, day, self._clock())

    def mirror_replay_begun(self, mirror_id: str, day: dt.date) -> None:
        """The target stands where that day begins."""
        with self._noting() as session:
            mirrors.replay_begun(session, mirror_id, day)

    def remove_mirror(self, mirror_id: str) -> None:
        """What is in its database stays there. Raises `UnknownMirror` and `MirrorFromSettings`."""
        with self._noting() as session:
            mirrors.remove(session, mirror_id)
            self._audit(session, "mirror.removed", mirror_id)

    def note_mirror(self, mirror_id: str, url: str, state_json: str) -> None:
        """How it fares at this address."""
        with self._noting() as session:
            mirrors.note(session, mirror_id, url, state_json)

    def follow_mirror_settings(self, urls: Mapping[str, str]) -> list[str]:
        """The mirrors that the settings make are as they say. Returns those names that somebody gave to another."""
        with self._noting() as session:
            return mirrors.follow_settings(session, urls, self._clock())

    def mirrors(self) -> list[Mirror]:
        """All of them, by name."""
        with self._reading() as session:
            return list(mirrors.find_all(session))

    def mirror(self, mirror_id: str) -> Mirror:
        """Raises `UnknownMirror`."""
        with self._reading() as session:
            return mirrors.find(session, mirror_id)

    def _require_game(self, session: Session, game_id: str | None) -> None:
        if game_id is not None:
            games.find(session, game_id)

    def _require_games(self, session: Session, game_ids: Sequence[str | None]) -> None:
        for game_id in game_ids:
            self._require_game(session, game_id)

    @contextmanager
    def _reading(self) -> Generator[Session]:
        with answering(self._engine), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _new_transaction(self) -> Generator[Session]:
        with Session(self._writing_engine, expire_on_commit=False) as session, session.begin():
            yield session

    # Maps

    def put_map_image(self, game_id: str, name: str, image: bytes) -> GameMap:
        """The picture of a map, in place of the one that it has. Raises `UnknownGame`, `GameIsDeleted`, `Invalid`."""
        with self._noting() as session:
            row = maps.put_image(session, game_id, name, image, self._clock())
            self._audit(session, "map.image_put", name, game_id=game_id, sha256=row.image_sha256)
            return row

    def change_map(self, game_id: str, name: str, changes: MapChanges) -> GameMap:
        """Where its picture lies, and how strongly it is drawn. Raises `UnknownMap` and `Invalid`."""
        with self._noting() as session:
            self._audit(session, "map.changed", name, game_id=game_id, changed=sorted(changes))
            return maps.change(session, game_id, name, changes, self._clock())

    def remove_map(self, game_id: str, name: str) -> None:
        """Its picture; what happened on it stays. Raises `UnknownMap`."""
        with self._noting() as session:
            maps.remove(session, game_id, name)
            self._audit(session, "map.removed", name, game_id=game_id)

    def maps(self, game_id: str) -> list[GameMap]:
        """By name, without their pictures."""
        with self._reading() as session:
            return list(maps.find_all(session, game_id))

    def map_with_image(self, game_id: str, name: str) -> GameMap:
        """Raises `UnknownMap`."""
        with self._reading() as session:
            return maps.find_with_image(session, game_id, name)

    def damaged_maps(self) -> list[str]:
        """In words: those whose picture is not the one that was put there."""
        with self._reading() as session:
            return [f"{row.name} of {row.game_id}" for row in maps.damaged(session)]

    # Players who are refused

    def player_secret(self) -> bytes:
        """Makes hashes of players' ids, and signs receipts. It is made when it is first asked for."""
        with self._reading() as session:
            known = refused_players.secret(session)
        if known is None:
            with self._writing() as session:
                known = refused_players.make_secret(session)
        return known

    def refuse_players(self, game_id: str, hashes: Collection[str]) -> None:
        """Whatever is sent of players of these hashes is refused from now on."""
        with self._writing() as session:
            refused_players.refuse(session, game_id, hashes, self._clock())

    def accept_players(self, game_id: str, hashes: Collection[str]) -> int:
        """Take again what is sent of them. Returns how many were refused."""
        with self._writing() as session:
            return refused_players.accept(session, game_id, hashes)

    def refused_players(self) -> dict[str, frozenset[str]]:
        """Hashes of players who are refused, by game."""
        with self._reading() as session:
            return refused_players.find_all(session)

    @contextmanager
    def _writing(self) -> Generator[Session]:
        with answering(self._engine), self._new_transaction() as session:
            # Locks the row, where the engine has no lock on the whole file: writers go one after the other.
            session.execute(update(Revision).values(number=Revision.number + 1))
            yield session

    @contextmanager
    def _noting(self) -> Generator[Session]:
        """Writes what no key, game or rate is made of: answers that are kept for a revision stay right."""
        with answering(self._engine), self._new_transaction() as session:
            # Locks the row as `_writing` does, and leaves its number.
            session.execute(update(Revision).values(number=Revision.number))
            yield session


def check_note(note: str) -> str:
    return check_text("note", note, NOTE_LENGTH_MAX) if note.strip() else ""


def _after(now: dt.datetime, pause_s: float) -> dt.datetime | None:
    return now + dt.timedelta(seconds=pause_s) if pause_s > 0 else None


def _game(session: Session, game_id: str) -> Game | None:
    return session.scalars(select(Game).where(Game.id == game_id)).one_or_none()


def _key(session: Session, key: str) -> WriteKey:
    """The one that is, or alone begins with, `key`. Raises `UnknownKey` or `AmbiguousKey`."""
    if not re.fullmatch(rf"[0-9a-f]{{{KEY_PREFIX_LENGTH_MIN},32}}", key):
        raise UnknownKey(key)
    matches = session.scalars(select(WriteKey).where(WriteKey.key.startswith(key)).limit(2)).all()
    if not matches:
        raise UnknownKey(key)
    if len(matches) > 1:
        raise AmbiguousKey(key)
    return matches[0]


def _in_words(grants: Sequence[Grant]) -> list[str]:
    return [f"{grant.role} of {grant.game_id or 'all games'}" for grant in grants]


def _key_in_words(key: WriteKey) -> str:
    return f"{key.key[:8]}… {key.note}".rstrip()


def _token_in_words(token: Token) -> str:
    return f"{token.prefix}… {token.note}".rstrip()


def _open_setup_token(session: Session, secret: str) -> SetupToken | None:
    query = select(SetupToken).where(SetupToken.secret_sha256 == sha256_of(secret), SetupToken.used_at.is_(None))
    return None if people.has_admin(session) else session.scalars(query).one_or_none()
