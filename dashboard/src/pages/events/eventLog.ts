import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read, type QueryValues } from '@/api/client'
import type { EventsPage } from '@/api/types'

const PAGE_EVENTS = 100

/** The stored events, newest first, read page by page behind a cursor. */
export function useEventLog(values: ComputedRef<QueryValues>) {
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['events', values.value]),
    queryFn: ({ pageParam, signal }) =>
      read<EventsPage>('events', { ...values.value, limit: PAGE_EVENTS, cursor: pageParam }, signal),
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
