import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { refDebounced } from '@vueuse/core'
import { computed, type ComputedRef, type Ref } from 'vue'
import { read } from '@/api/client'
import type { FoundNames } from '@/api/types'
import { useDimensions, useGame } from './games'

export type NamesOf = 'event' | 'platform' | 'version' | 'country'

export interface Named {
  name: string
  /** How many events have it, where that is known. */
  events?: number
}

const LISTS = { event: 'eventNames', platform: 'platforms', version: 'versions', country: 'countries' } as const
const TYPING_MS = 150

/** The commonest names of a game, and those that contain what is searched for, however rare they are: the server looks among all. */
export function useNames(of: NamesOf, search: Ref<string>): { names: ComputedRef<Named[]>; isCut: ComputedRef<boolean> } {
  const { gameId, env } = useGame()
  const dimensions = useDimensions()
  const typed = refDebounced(search, TYPING_MS)
  const isCut = computed(() => dimensions.data.value?.cut.includes(LISTS[of]) ?? false)
  const text = computed(() => typed.value.trim())
  const found = useQuery({
    queryKey: computed(() => ['names', gameId.value, env.value, of, text.value]),
    queryFn: ({ signal }) => read<FoundNames>(`games/${encodeURIComponent(gameId.value)}/names`, { of, text: text.value, env: env.value }, signal),
    enabled: computed(() => isCut.value && text.value !== ''),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  const commonest = computed<Named[]>(() => {
    const list = dimensions.data.value?.[LISTS[of]] ?? []
    return list.map((one) => (typeof one === 'string' ? { name: one } : one))
  })
  const names = computed(() => {
    const listed = new Set(commonest.value.map(({ name }) => name))
    return [...commonest.value, ...(text.value ? (found.data.value?.names ?? []).filter(({ name }) => !listed.has(name)) : [])]
  })
  return { names, isCut }
}
