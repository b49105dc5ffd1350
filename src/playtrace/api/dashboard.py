"""Serves the built dashboard: the files that the build hook put into the package's folder `_dashboard/`.

- Files under `assets/` carry a hash of their content in their name and are cached for a year.
- Every other path that is not a file is a page of the dashboard and gets `index.html`, which is never
  cached unasked, so a new version is on screen after a reload. It is for who asks for HTML, as browsers do: a program
  that asks for something else gets the API's document at `/`, and at all other paths is told that nothing is there.
- The page works behind any path prefix: its addresses are relative to the `<base>` that is set here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import cast

import brotli
from anyio import to_thread
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

BUILT = Path(__file__).parent.parent / "_dashboard"
"""Where the build hook puts the dashboard."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # The address of a setup link holds a secret.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Not left to `mimetypes`: on Windows it asks the registry, where any program may have made .js text/plain,
# and a browser refuses a module of that type.
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/plain",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
COMPRESSIBLE = {".css", ".js", ".json", ".md", ".svg"}
A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
HTML = re.compile(r"\btext/html\b(?!\s*;\s*q=0(\.0+)?\s*(,|$))", re.IGNORECASE)
ALWAYS_A_PAGE = frozenset({"dashboard", "dashboard/"})
"""What monitors ask for, who say nothing of HTML: clients that were there before know the dashboard by this name."""


class Dashboard:
    """ASGI app for everything that no other route took: mount it last, at `/`.

    Raises HTTPException (404, 405) for paths of the API, for missing files and for methods that do not read,
    so that the server's handler answers them like any other error.
    """

    def __init__(self, folder: Path = BUILT) -> None:
        self.folder = folder.resolve()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        response = await to_thread.run_sync(self.answer, Request(scope))
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        path = self._path(request)
        if path == "api" or path.startswith("api/"):
            if methods := _methods(request, f"/{path}"):
                raise HTTPException(405, headers={"Allow": ", ".join(methods)})
            raise HTTPException(404, f"There is no /{path}.")
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        file = self._file(path)
        if file is not None and file.name != "index.html":
            return self._asset(file, request)
        if path.startswith("assets/") or "." in path.removesuffix("index.html").rpartition("/")[2]:
            # A page of the dashboard never looks like a file; answering HTML for one would only confuse.
            raise HTTPException(404, f"There is no file /{path}.")
        if HTML.search(request.headers.get("accept", "")) or path in ALWAYS_A_PAGE:
            return self._page(path)
        if path == "":
            return JSONResponse(cast(FastAPI, request.app).openapi(), headers={"Vary": "Accept"})
        raise HTTPException(
            404,
            f"There is nothing at /{path}: GET /api/openapi.json tells all addresses. Pages of the dashboard are"
            " answered to who asks for them, with 'Accept: text/html'.",
        )

    def _path(self, request: Request) -> str:
        root = request.scope.get("root_path", "")
        return str(request.scope["path"]).removeprefix(root).lstrip("/")

    def _file(self, path: str) -> Path | None:
        try:
            file = (self.folder / path).resolve()
            inside = file.is_relative_to(self.folder)
            return file if inside and file.is_file() else None
        except (OSError, ValueError):  # a name that no file system takes, such as one with a null byte
            return None

    def _asset(self, file: Path, request: Request) -> Response:
        headers = SECURITY_HEADERS | {
            "Cache-Control": A_YEAR if file.parent.name == "assets" else ASK_AGAIN,
            "Vary": "Accept-Encoding",
        }
        media_type = MEDIA_TYPES.get(file.suffix, "application/octet-stream")
        if file.suffix in COMPRESSIBLE and accepts_brotli(request.headers):
            body = compressed(file, file.stat().st_mtime_ns)
            return Response(body, media_type=media_type, headers=headers | {"Content-Encoding": "br"})
        return FileResponse(file, media_type=media_type, headers=headers)

    def _page(self, path: str) -> Response:
        """The dashboard's one page, told how deep below the dashboard's own address it was asked for."""
        index = self.folder / "index.html"
        headers = SECURITY_HEADERS | {"Cache-Control": ASK_AGAIN, "Vary": "Accept"}
        base = "../" * path.count("/") or "./"
        if not index.is_file():
            return HTMLResponse(not_built_page(self.folder, base), status_code=503, headers=headers)
        text = index.read_text("utf-8").replace('<base href="./" />', f'<base href="{base}" />', 1)
        return HTMLResponse(text, headers=headers)


def accepts_brotli(headers: Headers) -> bool:
    return re.search(r"\bbr\b(?!\s*;\s*q=0(\.0+)?\s*(,|$))", headers.get("accept-encoding", "")) is not None


@lru_cache(maxsize=256)
def compressed(file: Path, modified_ns: int) -> bytes:
    """The file in brotli; quality 5 takes a tenth of the best one's time for a few per cent more bytes.

    `modified_ns` is part of the cache's key: a rebuilt file is read again.
    """
    return brotli.compress(file.read_bytes(), quality=5)


def not_built_page(folder: Path, base: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>playtrace: no dashboard here</title></head>
<body>
<h1>The dashboard is not built</h1>
<p>The server is up and collects events; only its pages are missing: <code>{escape(str(folder))}</code>
has no <code>index.html</code>.</p>
<p>In a git checkout <code>uv sync --reinstall-package playtrace</code> builds it.
With Node at hand, so do <code>npm ci</code> and <code>npm run build</code> in the folder <code>dashboard</code>.</p>
<p>The HTTP API answers meanwhile: see <a href="{base}docs">its documentation</a>.</p>
</body>
</html>
"""


def _methods(request: Request, path: str) -> list[str]:
    """What the app does at this address: by its routes, and by its document, which tells of sending too."""
    app: FastAPI = request.app
    found = {method.upper() for method in app.openapi()["paths"].get(path, ())}
    for route in app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL:
            found |= route.methods or set()
    return sorted(found)
