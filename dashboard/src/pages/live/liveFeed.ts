import { onScopeDispose, readonly, ref, shallowRef, watch, type Ref } from 'vue'
import { liveAddress } from '@/address'
import { readExactly } from '@/api/client'
import { parseExactly } from '@/api/exactJson'
import type { Counters, EventsPage, GameEvent, LiveMessage } from '@/api/types'

export type Connection = 'connecting' | 'open' | 'lost'

const RETRY_FIRST_MS = 500
const RETRY_LAST_MS = 15_000

const CATCH_UP_EVENTS = 50

interface Receive {
  /** What was stored just now, newest first. */
  fresh: (events: GameEvent[]) => void
  /** The newest of what was stored before the feed began, or went on after an interruption. */
  earlier: (events: GameEvent[]) => void
}

/** The server's live feed of a game: reconnects with back-off for as long as the page is open. */
export function useLiveFeed(gameId: Ref<string>, receive: Receive) {
  const connection = ref<Connection>('connecting')
  const isCaughtUp = ref(false)
  const counters = shallowRef<Counters | null>(null)
  let socket: WebSocket | null = null
  let retryMs = RETRY_FIRST_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function connect(): void {
    if (!gameId.value) return
    connection.value = connection.value === 'lost' ? 'lost' : 'connecting'
    const opened = new WebSocket(liveAddress(gameId.value))
    socket = opened
    opened.onmessage = ({ data }: MessageEvent<string>) => {
      if (socket !== opened) return
      const message = parseExactly<LiveMessage>(data)
      connection.value = 'open'
      retryMs = RETRY_FIRST_MS
      counters.value = message.counters
      // What was stored since the page began to ask, and while the connection was lost.
      if (message.type === 'hello') void catchUp(() => socket === opened)
      else if (message.events.length) receive.fresh(message.events)
    }
    opened.onclose = () => {
      if (socket !== opened) return
      connection.value = 'lost'
      timer = setTimeout(connect, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_LAST_MS)
    }
  }

  /** What is stored already. It waits for no connection: who opens the page sees it at once. */
  async function catchUp(isCurrent: () => boolean): Promise<void> {
    // Without an answer the feed goes on all the same, and shows what comes.
    const page = await readExactly<EventsPage>('events', { gameId: gameId.value, limit: CATCH_UP_EVENTS }).catch(() => null)
    if (!isCurrent()) return
    if (page) receive.earlier(page.events)
    isCaughtUp.value = true
  }

  function disconnect(): void {
    clearTimeout(timer)
    const closing = socket
    socket = null
    // Whoever leaves before it is open would have a browser complain of a failure that is none.
    if (closing?.readyState === WebSocket.CONNECTING) closing.onopen = () => closing.close()
    else closing?.close()
  }

  watch(
    gameId,
    (id) => {
      disconnect()
      counters.value = null
      isCaughtUp.value = false
      connection.value = 'connecting'
      connect()
      if (id) void catchUp(() => gameId.value === id)
    },
    { immediate: true },
  )
  onScopeDispose(disconnect)
  return { connection: readonly(connection), counters, isCaughtUp: readonly(isCaughtUp) }
}
