import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read } from '@/api/client'
import type { SegmentList } from '@/api/types'

/** The segments of a game, of all its environments: players who can be asked about together. */
export const useSegments = (gameId: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => ['segments', gameId.value]),
    queryFn: ({ signal }) => read<SegmentList>(`games/${encodeURIComponent(gameId.value)}/segments`, {}, signal).then(({ segments }) => segments),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })
