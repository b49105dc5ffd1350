"""Wire protocols: a folder for each, with what it looks like, what takes it, and what is read back through it.

| file | what it is | may import |
|---|---|---|
| `layout.py` | Names that both halves agree on: how a request becomes events | event |
| `settings.py` | What can be configured of it: `SETTINGS`, a model (`room_settings.py`) | – |
| `sending.py` | Bytes in, events out, a reply in its dialect: a `WireFormat` (`collect/request.py`) | collect |
| `reading.py` | What its clients read back: `router`, of FastAPI | api, metrics, store, journal, registry |

A protocol has what it needs of them. Nobody imports a half by name: `halves.py` finds them.
"""
