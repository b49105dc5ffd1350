/** Where this dashboard is served: `<base>` is set by the server, so a path prefix needs no rewriting. */
export const base = new URL('.', document.baseURI)

export const apiBase = new URL('api/', base)

export const liveAddress = (gameId: string): URL => {
  const url = new URL('live', apiBase)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('gameId', gameId)
  return url
}
