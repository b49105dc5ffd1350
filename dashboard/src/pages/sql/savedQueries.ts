import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { read, send } from '@/api/client'
import type { SavedQueries, SavedQuery } from '@/api/types'
import { useChangeOf } from '@/composables/change'
import { useGame } from '@/composables/games'

export interface QueryDraft {
  name: string
  sql: string
  isShared: boolean
}

/** Statements that are kept: one's own, and those that are shared. */
export function useSavedQueries() {
  const { gameId } = useGame()
  const address = computed(() => `games/${encodeURIComponent(gameId.value)}/saved-queries`)
  const asked = useQuery({
    queryKey: computed(() => ['saved queries', gameId.value]),
    queryFn: ({ signal }) => read<SavedQueries>(address.value, {}, signal).then(({ queries }) => queries),
    enabled: computed(() => gameId.value !== ''),
  })
  const changing = useChangeOf('saved queries')
  return {
    asked,
    queries: computed(() => asked.data.value ?? []),
    changing,
    save: (draft: QueryDraft, id?: number): Promise<SavedQuery> =>
      changing.mutateAsync(() => (id === undefined ? send<SavedQuery>('POST', address.value, draft) : send<SavedQuery>('PUT', `${address.value}/${id}`, draft))) as Promise<SavedQuery>,
    remove: (id: number): Promise<unknown> => changing.mutateAsync(() => send('DELETE', `${address.value}/${id}`)),
  }
}
