/** What the page of mirrors asks the server, and how it changes what is there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Mirror, MirrorList } from '@/api/types'

const LOOK_AGAIN_MS = 2_000

export const useMirrors = () =>
  useQuery({
    queryKey: ['mirrors'],
    queryFn: ({ signal }) => read<MirrorList>('mirrors', {}, signal).then(({ mirrors }) => mirrors),
    refetchInterval: LOOK_AGAIN_MS,
  })

/** A change of anything here; when it is made, all that is shown is asked for again. */
export function useChange() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onSettled: () => client.invalidateQueries({ queryKey: ['mirrors'] }),
  })
}

const of = (id: string): string => `mirrors/${encodeURIComponent(id)}`

export const changes = {
  put: (id: string, mirror: { url: string; gameIds: string[] | null; since: string | null }) => send<Mirror>('PUT', of(id), mirror),
  pause: (id: string) => send('POST', `${of(id)}/pause`),
  resume: (id: string) => send('POST', `${of(id)}/resume`),
  replay: (id: string) => send('POST', `${of(id)}/replay`, {}),
  remove: (id: string) => send('DELETE', of(id)),
  test: (id: string) => send<{ connected: boolean; reason: string | null }>('POST', `${of(id)}/test`),
}
