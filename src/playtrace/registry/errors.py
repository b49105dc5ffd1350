"""What can go wrong in the registry. Every message is a sentence for the person who asked.

RegistryError
├── Unusable          the database cannot be opened or upgraded
├── RegistryAway      its server does not answer now, or not in time
├── Invalid           a value does not fit; `field` names it
├── GameExists
├── GameIsDeleted     nothing is done with it any more; its id is free when it is gone
├── PersonExists
├── LastAdmin         nobody would be left who may do everything
├── NotFound
│   ├── UnknownGame
│   ├── UnknownKey
│   ├── UnknownToken
│   ├── UnknownPerson
│   ├── UnknownLogin
│   ├── UnknownChannel
│   ├── UnknownAlertRule
│   ├── UnknownIncident
│   ├── UnknownSilence
│   ├── UnknownReport
│   ├── UnknownMirror
│   ├── UnknownMap
│   ├── UnknownAnnotation
│   ├── UnknownBoard
│   └── UnknownBoardLink
├── BoardChanged      somebody else saved it in the meantime
├── FromSettings      a channel that the settings make is not changed by anything else
├── MirrorFromSettings  nor is such a mirror
├── AmbiguousKey      the beginning of more than one write key
├── SetupRefused      the one-time link is wrong or used, or there is an admin already
├── LinkRefused       nor is a link that sets a password good for ever
├── LoginRefused      email and password do not belong together
├── CodeRefused       the code of the second factor is another, or was used already
├── SecondFactorThere it is in use already
├── IdentityThere     they sign in with the provider already
├── IdentityTaken     somebody else does, as whom they are there
└── OtherShares       the games are dealt out in another number of shares
"""

from __future__ import annotations


class RegistryError(Exception):
    pass


class Unusable(RegistryError):
    pass


class RegistryAway(RegistryError):
    def __init__(self, said: object) -> None:
        super().__init__(f"The database of the registry does not do what is asked of it now: {said}")


class Invalid(RegistryError):
    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field
        self.expected = expected


class GameExists(RegistryError):
    def __init__(self, game_id: str) -> None:
        super().__init__(f"There is already a game with the id {game_id!r}.")
        self.game_id = game_id


class GameIsDeleted(RegistryError):
    def __init__(self, game_id: str) -> None:
        super().__init__(f"The game {game_id!r} is being deleted. When that is done, its id is free.")
        self.game_id = game_id


class NotFound(RegistryError):
    pass


class UnknownGame(NotFound):
    def __init__(self, game_id: str) -> None:
        super().__init__(f"There is no game with the id {game_id!r}.")
        self.game_id = game_id


class UnknownKey(NotFound):
    def __init__(self, key: str) -> None:
        super().__init__(f"No write key begins with {key!r}.")


class UnknownToken(NotFound):
    def __init__(self, token_id: int) -> None:
        super().__init__(f"There is no token with the id {token_id}.")


class UnknownPerson(NotFound):
    def __init__(self, who: str | int) -> None:
        super().__init__(f"There is nobody with the {'id' if isinstance(who, int) else 'email'} {who!r}.")


class UnknownLogin(NotFound):
    def __init__(self, login_id: str) -> None:
        super().__init__(f"There is no login {login_id!r}: it has ended.")


class PersonExists(RegistryError):
    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is here already. A new link for them is a reset; what they may do is their role.")


class LastAdmin(RegistryError):
    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is the only admin of all games. Make somebody else one first.")


class UnknownMap(NotFound):
    def __init__(self, game_id: str, name: str) -> None:
        super().__init__(f"The game {game_id!r} has no picture of a map {name!r}.")


class UnknownChannel(NotFound):
    def __init__(self, channel_id: str) -> None:
        super().__init__(f"There is no alert channel {channel_id!r}.")


class UnknownReport(NotFound):
    def __init__(self, report_id: str) -> None:
        super().__init__(f"There is no scheduled report {report_id!r}.")


class FromSettings(RegistryError):
    def __init__(self, channel_id: str) -> None:
        super().__init__(
            f"Where the alert channel {channel_id!r} goes is said by the setting DISCORD_WEBHOOK_URL: change it there,"
            " or disable the channel."
        )


class UnknownSavedQuery(NotFound):
    def __init__(self, query_id: int) -> None:
        super().__init__(f"There is no saved query {query_id}.")


class UnknownMirror(NotFound):
    def __init__(self, mirror_id: str) -> None:
        super().__init__(f"There is no mirror {mirror_id!r}.")


class MirrorFromSettings(RegistryError):
    def __init__(self, mirror_id: str) -> None:
        super().__init__(
            f"The mirror {mirror_id!r} is made by a setting (DATABASE_URL, PG_URL, MYSQL_HOST or MONGO_URI): change it"
            " there, or pause the mirror."
        )


class UnknownAlertRule(NotFound):
    def __init__(self, rule_id: str, game_id: str | None) -> None:
        whose = "for all games" if game_id is None else f"of the game {game_id!r}"
        super().__init__(f"There is no alert rule {rule_id!r} {whose}.")


class UnknownIncident(NotFound):
    def __init__(self, incident_id: int) -> None:
        super().__init__(f"There is no incident with the id {incident_id}.")


class UnknownSilence(NotFound):
    def __init__(self, silence_id: int) -> None:
        super().__init__(f"There is no silence with the id {silence_id}.")


class UnknownAnnotation(NotFound):
    def __init__(self, annotation_id: int) -> None:
        super().__init__(f"The game has no annotation with the id {annotation_id}.")


class UnknownBoard(NotFound):
    def __init__(self, board_id: str) -> None:
        super().__init__(f"There is no board {board_id!r}.")


class UnknownBoardLink(NotFound):
    def __init__(self, link_id: int) -> None:
        super().__init__(f"The board has no link with the id {link_id}.")


class BoardChanged(RegistryError):
    def __init__(self, title: str, changed_by: str) -> None:
        super().__init__(f"{changed_by} has saved the board {title!r} in the meantime. Load it again, then change it.")


class AmbiguousKey(RegistryError):
    def __init__(self, key: str) -> None:
        super().__init__(f"More than one write key begins with {key!r}.")


class SetupRefused(RegistryError):
    def __init__(self) -> None:
        super().__init__("This setup link is not valid, or was used already.")


class LinkRefused(RegistryError):
    def __init__(self) -> None:
        super().__init__("This link is not valid, or was used already, or is too old. Ask an admin for another.")


class LoginRefused(RegistryError):
    def __init__(self) -> None:
        super().__init__("Email and password do not belong together.")


class CodeRefused(RegistryError):
    def __init__(self) -> None:
        super().__init__(
            "This is not the code that the app shows now, or it was used already. Wait for the next one. Is the clock"
            " of the phone right?"
        )


class SecondFactorThere(RegistryError):
    def __init__(self) -> None:
        super().__init__("There is a second factor already. Remove it first.")


class IdentityThere(RegistryError):
    def __init__(self) -> None:
        super().__init__("You sign in with an account of the provider already. Unlink it first.")


class IdentityTaken(RegistryError):
    def __init__(self) -> None:
        super().__init__(
            "Somebody here signs in with that account of the provider already. If that is you, have an admin remove the"
            " other one, and link it again."
        )


class OtherShares(RegistryError):
    def __init__(self, there: int, asked: int) -> None:
        super().__init__(
            f"The games of this registry are dealt out in {there} shares (load_shares), not in {asked}: with another"
            " number they would belong to other loaders, which have nothing of them. Set load_shares to"
            f" {there}, or begin with an empty registry, broker and store."
        )
