import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { readExactly, type QueryValues } from '@/api/client'
import type { EventsPage, GameEvent } from '@/api/types'

const PAGE_EVENTS = 100

/** The stored events, newest first, read page by page behind a cursor. */
export function useEventLog(values: ComputedRef<QueryValues>) {
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['events', values.value]),
    queryFn: ({ pageParam, signal }) =>
      readExactly<EventsPage>('events', { ...values.value, limit: PAGE_EVENTS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: EventsPage) => next,
    enabled: computed(() => Boolean(values.value.gameId)),
    placeholderData: keepPreviousData,
    // A log that reloads under its reader loses their place.
    refetchOnWindowFocus: false,
  })
  const events = computed(() => asked.data.value?.pages.flatMap((page) => page.events) ?? [])
  return { asked, events }
}

/** One stored event, by its id; nothing is asked for without one. */
export const useEvent = (gameId: Ref<string>, eventId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => ['event', gameId.value, eventId.value]),
    queryFn: ({ signal }) => readExactly<GameEvent>(`events/${encodeURIComponent(eventId.value)}`, { gameId: gameId.value }, signal),
    enabled: computed(() => gameId.value !== '' && eventId.value !== ''),
  })
