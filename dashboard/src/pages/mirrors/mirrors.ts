/** What the page of mirrors asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Mirror, MirrorList } from '@/api/types'
import { useChangeOf } from '@/composables/change'

const LOOK_AGAIN_MS = 2_000

export const useMirrors = () =>
  useQuery({
    queryKey: ['mirrors'],
    queryFn: ({ signal }) => read<MirrorList>('mirrors', {}, signal).then(({ mirrors }) => mirrors),
    refetchInterval: LOOK_AGAIN_MS,
  })

/** A change of anything here. */
export const useChange = () => useChangeOf('mirrors')

const of = (id: string): string => `mirrors/${encodeURIComponent(id)}`

export const changes = {
  put: (id: string, mirror: { url: string; gameIds: string[] | null; since: string | null }) => send<Mirror>('PUT', of(id), mirror),
  pause: (id: string) => send('POST', `${of(id)}/pause`),
  resume: (id: string) => send('POST', `${of(id)}/resume`),
  replay: (id: string) => send('POST', `${of(id)}/replay`, {}),
  remove: (id: string) => send('DELETE', of(id)),
  test: (id: string) => send<{ connected: boolean; reason: string | null }>('POST', `${of(id)}/test`),
}
