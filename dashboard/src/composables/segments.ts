import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read } from '@/api/client'
import type { SegmentList } from '@/api/types'
import type { Choice } from '@/components/PickerMenu.vue'
import { useGame } from './games'

/** The segments of a game, of all its environments: players who can be asked about together. */
export const useSegments = (gameId: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => ['segments', gameId.value]),
    queryFn: ({ signal }) => read<SegmentList>(`games/${encodeURIComponent(gameId.value)}/segments`, {}, signal).then(({ segments }) => segments),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })

/** Of the game and the environment that are looked at. */
export function useSegmentIds(): ComputedRef<string[]> {
  const { gameId, env } = useGame()
  const asked = useSegments(gameId)
  return computed(() => (asked.data.value ?? []).filter((one) => one.env === env.value).map(({ id }) => id))
}

/** One of them, or none. */
export function useSegmentChoices(none = 'All players'): ComputedRef<Choice[]> {
  const ids = useSegmentIds()
  return computed(() => [{ value: '', label: none }, ...ids.value.map((id) => ({ value: id, label: id }))])
}
