"""Daily and weekly digests of a game: made of the answers of metrics, written as HTML, Markdown, picture and message,
and sent at a local time."""
