import { useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed, type ComputedRef } from 'vue'
import { send } from '@/api/client'
import type { Segment, SegmentPreview, SegmentRule } from '@/api/types'
import { useChangeOf } from '@/composables/change'
import { useGame } from '@/composables/games'

const TYPING_MS = 400

export interface SegmentDefinition {
  rule: SegmentRule
  env: string
  refresh: 'never' | 'daily'
}

export function useSegmentChanges() {
  const { gameId } = useGame()
  const changing = useChangeOf('segments')
  const address = (id: string): string => `games/${encodeURIComponent(gameId.value)}/segments/${encodeURIComponent(id)}`
  return {
    changing,
    put: (id: string, definition: SegmentDefinition) => changing.mutateAsync(() => send<Segment>('PUT', address(id), definition)),
    refresh: (id: string) => changing.mutate(() => send<Segment>('POST', `${address(id)}/refresh`)),
    remove: (id: string) => changing.mutate(() => send('DELETE', address(id))),
  }
}

/** How many players fit a rule that is being written: asked when nothing is typed any more. */
export function usePreview(rule: ComputedRef<SegmentRule | null>) {
  const { gameId, env } = useGame()
  const text = computed(() => (rule.value ? JSON.stringify(rule.value) : ''))
  const settled = refDebounced(text, TYPING_MS)
  const asked = useQuery({
    queryKey: computed(() => ['segment preview', gameId.value, env.value, settled.value]),
    queryFn: ({ signal }) => send<SegmentPreview>('POST', `games/${encodeURIComponent(gameId.value)}/segments/preview`, { rule: JSON.parse(settled.value) as SegmentRule, env: env.value }, signal),
    enabled: computed(() => settled.value !== '' && gameId.value !== ''),
    retry: false,
    staleTime: 30_000,
  })
  return { asked, isSettled: computed(() => settled.value === text.value) }
}
