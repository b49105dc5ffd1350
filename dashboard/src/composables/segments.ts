import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read } from '@/api/client'
import type { SegmentList } from '@/api/types'
import { useGame } from './games'

/** The ids of the game's segments: players who can be asked about together. */
export function useSegments(): ComputedRef<string[]> {
  const { gameId, env } = useGame()
  const asked = useQuery({
    queryKey: computed(() => ['segments', gameId.value]),
    queryFn: ({ signal }) => read<SegmentList>(`games/${encodeURIComponent(gameId.value)}/segments`, {}, signal),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })
  return computed(() => (asked.data.value?.segments ?? []).filter((one) => one.env === env.value).map(({ id }) => id))
}
