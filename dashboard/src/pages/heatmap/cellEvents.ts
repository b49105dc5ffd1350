/** The events behind a cell, or in the part of a map that is looked at: the newest of them. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { readExactly, type QueryValues } from '@/api/client'
import type { EventsPage } from '@/api/types'
import { usePageState } from '@/composables/pageState'
import type { Box } from '@/maps/placement'
import { shiftDay, startOfDay } from '@/timeRanges'

export interface Where {
  map: string
  /** Of these events; where players were without one. */
  event: string
  day: string
  box: Box
  floorFrom: number | null
  floorTo: number | null
}

export function useEventsIn(where: ComputedRef<Where | null>, limit: number) {
  const { gameId, instants, platforms, versions, countries, env, timeZone } = usePageState()
  const values = computed<QueryValues>(() => {
    const { map, event, day, box } = where.value ?? { map: '', event: '', day: '', box: undefined }
    const span = day ? { from: startOfDay(day, timeZone.value), to: startOfDay(shiftDay(day, 1), timeZone.value) } : instants.value
    return { gameId: gameId.value, ...span, map, type: event, ...box, env: env.value, platform: platforms.value, version: versions.value, country: countries.value, limit }
  })
  const asked = useQuery({
    queryKey: computed(() => ['events in', values.value]),
    queryFn: ({ signal }) => readExactly<EventsPage>('events', values.value, signal),
    enabled: computed(() => where.value !== null && gameId.value !== ''),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  const isOnFloor = (z: number | undefined | null): boolean => {
    const { floorFrom = null, floorTo = null } = where.value ?? {}
    if (floorFrom === null && floorTo === null) return true
    return typeof z === 'number' && (floorFrom === null || z >= floorFrom) && (floorTo === null || z < floorTo)
  }
  const events = computed(() => (where.value ? (asked.data.value?.events ?? []).filter(({ z }) => isOnFloor(z)) : []))
  return { asked, events, isCut: computed(() => events.value.length > 0 && Boolean(asked.data.value?.next)) }
}
