import { useQuery } from '@tanstack/vue-query'
import { read } from '@/api/client'
import type { IncidentList } from '@/api/types'

/** More open ones than this are counted no further. */
export const OPEN_MAX = 100
const LOOK_AGAIN_MS = 15_000

/** What is the matter now, in all games that the reader may see. */
export const useOpenIncidents = () =>
  useQuery({
    queryKey: ['alerts', 'incidents', 'open'],
    queryFn: ({ signal }) => read<IncidentList>('alerts/incidents', { state: 'open', limit: OPEN_MAX }, signal).then(({ incidents }) => incidents),
    refetchInterval: LOOK_AGAIN_MS,
  })
