"""Loot stat sheets as events.

A sheet is one entry of the journal, whose offset is the sheet's id. Its events, in this order, are what the read-backs
count on:

- position 0: `stat_sheet`, whose properties are the sheet as sent but for its ids and its `events`;
- then `item_looted` for each item with a count, which is also the event's `value`: that tells them from
  entries of `events` that happen to have the same name;
- then an event for each entry of `events`, its details as properties.

`stat_sheets_cleared` stands alone in its entry of the journal (position 0), where an event of a client's sheet never
is: the read-backs begin behind the latest.
"""

from __future__ import annotations

DEFAULT_GAME = "loot"
SOURCE = "loot"
SHEET = "stat_sheet"
ITEM = "item_looted"
CLEARED = "stat_sheets_cleared"
