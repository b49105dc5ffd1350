"""What channels make of a message: within Discord's limits, with every string of a game as data."""

from __future__ import annotations

import datetime as dt
import email
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_message import AT, message

from playtrace.alerts.channels import discord, webhook
from playtrace.alerts.channels.apprise_process import text_of, without_mentions
from playtrace.alerts.message import Message, MessageField, escaped, on_one_line, plain_text

HOSTILE = "@everyone <@1> <!here> [x](http://evil.example) **b** `c` ~~s~~ ||p|| # h\n> q \\ https://evil.example"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "alert-channels.md"

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
# Long ones are made of short ones: Hypothesis is slow at thousands of letters.
long_texts = st.builds(lambda text, times: text * times, texts, st.sampled_from([0, 1, 7, 40, 300]))
messages = st.builds(
    Message,
    kind=st.sampled_from(["opened", "updated", "escalated", "resolved", "test", "report"]),
    severity=st.sampled_from(["info", "warning", "critical"]),
    title=long_texts,
    text=st.builds(escaped, long_texts),
    fields=st.lists(st.builds(MessageField, long_texts, long_texts), max_size=8).map(tuple),
    link=st.sampled_from(
        [None, "http://localhost:8080/#/alerts/1", "https://play.example/a", f"https://a.example/{'x' * 3000}"]
    ),
    at=st.just(AT),
)


def length(text: str) -> int:
    """In UTF-16, as who counts in JavaScript does."""
    return len(text.encode("utf-16-be")) // 2


def shown(markdown: str) -> str:
    """What a reader of Markdown shows, if nothing but escapes is in it."""
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)), markdown
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


@settings(max_examples=25, deadline=None)
@given(messages)
def test_an_embed_keeps_to_discords_limits_and_shows_data_as_it_is(message: Message) -> None:
    body, content_type = discord.body_of(message)
    assert content_type == "application/json"
    payload = json.loads(body)
    assert payload["allowed_mentions"] == {"parse": []}
    (embed,) = payload["embeds"]
    assert length(embed["title"]) <= 256
    assert length(embed["description"]) <= 4096
    assert len(embed["fields"]) <= 25
    total = length(embed["title"]) + length(embed["description"])
    for made, field in zip(embed["fields"], message.fields, strict=False):
        assert 1 <= length(made["name"]) <= 256
        assert 1 <= length(made["value"]) <= 1024
        total += length(made["name"]) + length(made["value"])
        for part, data in ((made["name"], field.name), (made["value"], field.value)):
            found = shown(part)
            whole = on_one_line(data) or "–"
            assert found == whole or (found.endswith("…") and whole.startswith(found[:-1]))
    assert total <= 6000
    assert length(embed.get("url", "")) <= 2048


def test_a_long_text_leaves_room_for_figures() -> None:
    fields = tuple(MessageField(f"figure {number}", "1") for number in range(30))
    embed = discord.embed(message(text="x" * 20_000, fields=fields))
    assert len(embed["description"]) == 4096
    assert [field["name"] for field in embed["fields"]] == [f"figure {number}" for number in range(25)]


def test_colours_tell_the_severity_and_what_is_over() -> None:
    colours = [discord.embed(message(severity=severity))["color"] for severity in ("info", "warning", "critical")]
    over = discord.embed(message(kind="resolved"))["color"]
    assert len({*colours, over}) == 4


def test_a_link_that_discord_would_refuse_is_a_part_of_the_text() -> None:
    assert discord.embed(message(link="https://play.example/a"))["url"] == "https://play.example/a"
    for link in ("http://localhost:8080/a", "http://playtrace:8080/a", "http://127.0.0.1:8080/a"):
        embed = discord.embed(message(link=link))
        assert "url" not in embed
        assert embed["description"] == f"Many.\n{link}"


def test_a_picture_is_an_attachment() -> None:
    picture = b"\x89PNG\r\n\x1a\n--\r\n\x00"
    body, content_type = discord.body_of(message(picture=picture))
    form = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts: dict[Any, Any] = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
    payload = json.loads(parts["payload_json"].get_payload(decode=True))
    assert payload["embeds"][0]["image"] == {"url": "attachment://picture.png"}
    assert payload["allowed_mentions"] == {"parse": []}
    file = parts["files[0]"]
    assert (file.get_filename(), file.get_content_type()) == ("picture.png", "image/png")
    assert file.get_payload(decode=True) == picture


@settings(max_examples=25, deadline=None)
@given(texts)
def test_what_is_escaped_is_read_again_as_it_was(text: str) -> None:
    assert plain_text(escaped(text)) == on_one_line(text)
    assert "\n" not in escaped(text)


def test_markdown_of_messages_has_a_plain_form() -> None:
    markdown = f"**14** crashes of `arena`, [look](https://play.example/a):\n- {escaped('a*b')}"
    assert plain_text(markdown) == "14 crashes of arena, look (https://play.example/a):\n- a*b"


def test_a_message_is_kept_as_it_was() -> None:
    kept = message(
        fields=(MessageField("a", HOSTILE),), link="https://play.example", picture=b"\x00\xff", incident_id=7
    )
    assert Message.from_json(kept.to_json()) == kept


def test_through_apprise_nobody_is_called() -> None:
    text = text_of(
        message(text=escaped(HOSTILE), fields=(MessageField("who", HOSTILE),), link="https://play.example/@a")
    )
    *lines, link = text.split("\n")
    assert link == "https://play.example/@a"
    for line in lines:
        assert not re.search(r"@everyone|<@|<!", line)
    assert without_mentions("3 < 5") == "3 < 5"


def test_a_webhook_says_all_of_a_message_in_json() -> None:
    asked = message(
        text=f"**14** of {escaped('a*b')}", fields=(MessageField("crashes", "14"),), game_id="arena", incident_id=7
    )
    assert json.loads(webhook.body_of(asked, "42")) == {
        "id": "42",
        "kind": "opened",
        "severity": "critical",
        "title": "Crashes",
        "text": "14 of a*b",
        "markdown": "**14** of a\\*b",
        "fields": [{"name": "crashes", "value": "14"}],
        "link": None,
        "gameId": "arena",
        "incidentId": 7,
        "at": "2026-03-01T12:00:00Z",
        "picture": None,
    }


def test_the_documented_program_checks_a_signature() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)
    known: dict[str, Any] = {}
    exec(program, known)
    is_ours = known["is_from_playtrace"]
    body = webhook.body_of(message(), "42")
    now = int(dt.datetime.now(dt.UTC).timestamp())

    def signed(timestamp: int, secret: str = "s" * 20) -> dict[str, str]:
        digits = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        assert digits == webhook.signature(secret, str(timestamp), body)
        return {"X-Playtrace-Timestamp": str(timestamp), "X-Playtrace-Signature": f"v1={digits}"}

    assert is_ours("s" * 20, signed(now), body)
    assert not is_ours("s" * 20, signed(now), body + b" ")
    assert not is_ours("s" * 20, signed(now, "t" * 20), body)
    assert not is_ours("s" * 20, signed(now - 3600), body)
    assert not is_ours("s" * 20, {}, body)
