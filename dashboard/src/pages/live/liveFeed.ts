import { onScopeDispose, readonly, ref, shallowRef, watch, type Ref } from 'vue'
import { liveAddress } from '@/address'
import type { Counters, GameEvent, LiveMessage } from '@/api/types'

export type Connection = 'connecting' | 'open' | 'lost'

const RETRY_FIRST_MS = 500
const RETRY_LAST_MS = 15_000

/** The server's live feed of a game: reconnects with back-off for as long as the page is open. */
export function useLiveFeed(gameId: Ref<string>, receive: (events: GameEvent[]) => void) {
  const connection = ref<Connection>('connecting')
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
      const message = JSON.parse(data) as LiveMessage
      connection.value = 'open'
      retryMs = RETRY_FIRST_MS
      counters.value = message.counters
      if (message.type === 'tick' && message.events.length) receive(message.events)
    }
    opened.onclose = () => {
      if (socket !== opened) return
      connection.value = 'lost'
      timer = setTimeout(connect, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_LAST_MS)
    }
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
    () => {
      disconnect()
      counters.value = null
      connection.value = 'connecting'
      connect()
    },
    { immediate: true },
  )
  onScopeDispose(disconnect)
  return { connection: readonly(connection), counters }
}
