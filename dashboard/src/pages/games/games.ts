/** What the page of games asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { read, send } from '@/api/client'
import type { DeletedGames, GameContents, GameKeys } from '@/api/types'
import { useChangeOf } from '@/composables/change'

const LOOK_AGAIN_MS = 2_000

const of = (id: string): string => `games/${encodeURIComponent(id)}`

/** A change of a game; what is shown of any is asked for again. */
export const useGameChange = () => useChangeOf('games')
export const useKeyChange = () => useChangeOf('keys')

export const useKeys = (id: string) =>
  useQuery({ queryKey: ['keys', id], queryFn: ({ signal }) => read<GameKeys>(`${of(id)}/keys`, {}, signal).then(({ keys }) => keys) })

/** What goes with a game; asked for when somebody wants to delete it. */
export const useContents = (id: string) =>
  useQuery({ queryKey: ['contents', id], queryFn: ({ signal }) => read<GameContents>(`${of(id)}/contents`, {}, signal), enabled: false })

export const useDeletions = () =>
  useQuery({
    queryKey: computed(() => ['games', 'deletions']),
    queryFn: ({ signal }) => read<DeletedGames>('game-deletions', {}, signal).then(({ games }) => games),
    refetchInterval: ({ state }) => (state.data?.length ? LOOK_AGAIN_MS : false),
  })

export interface GameFields {
  name: string
  timeZone: string
  currency: string
}

export const changes = {
  add: (id: string, fields: Partial<GameFields>) => send('POST', 'games', { id, ...fields }),
  edit: (id: string, fields: Partial<GameFields>) => send('PATCH', of(id), fields),
  archive: (id: string) => send('POST', `${of(id)}/archive`),
  unarchive: (id: string) => send('POST', `${of(id)}/unarchive`),
  remove: (id: string, name: string) => send('DELETE', `${of(id)}?name=${encodeURIComponent(name)}`),
  addKey: (id: string, note: string) => send('POST', `${of(id)}/keys`, { note }),
  renameKey: (id: string, key: string, note: string) => send('PATCH', `${of(id)}/keys/${key}`, { note }),
  revokeKey: (id: string, key: string) => send('DELETE', `${of(id)}/keys/${key}`),
}
