import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { readExactly, type QueryValues } from '@/api/client'
import type { EventsPage, GameEvent } from '@/api/types'
import { useHeldList } from '@/composables/heldList'

/** Enough to fill a screen; who goes on gets more at once. */
const FIRST_EVENTS = 100
const MORE_EVENTS = 500
const LOOK_AGAIN_MS = 5_000
const FRESH_MAX = 2_000
const UNLIMITED = Number.POSITIVE_INFINITY

/** The stored events, newest first, read page by page behind a cursor. */
export function useEventLog(values: ComputedRef<QueryValues>) {
  const beginning = ref(0)
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['events', values.value, beginning.value]),
    queryFn: ({ pageParam, signal }) =>
      readExactly<EventsPage>('events', { ...values.value, limit: pageParam ? MORE_EVENTS : FIRST_EVENTS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: EventsPage) => next,
    enabled: computed(() => Boolean(values.value.gameId)),
    placeholderData: keepPreviousData,
    // A log that reloads under its reader loses their place; and what came once never changes.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: UNLIMITED,
    structuralSharing: false,
  })
  const events = computed(() => asked.data.value?.pages.flatMap((page) => page.events) ?? [])
  /** From the newest on, as if the page had been opened anew. */
  const beginAgain = (): void => void beginning.value++
  return { asked, events, beginAgain }
}

/** What is stored while the log is looked at: it waits while somebody reads. */
export function useFreshEvents(values: ComputedRef<QueryValues>, listed: ComputedRef<GameEvent[]>, isGrowing: ComputedRef<boolean>, reading: Ref<boolean>) {
  const { shown, heldCount, add, release, clear } = useHeldList<GameEvent>(reading, FRESH_MAX, ({ eventId }) => eventId)
  /** More have come than are looked at at once: between them and the list some are missing. */
  const isBehind = ref(false)
  const looked = useQuery({
    queryKey: computed(() => ['fresh events', values.value]),
    queryFn: ({ signal }) => readExactly<EventsPage>('events', { ...values.value, limit: FIRST_EVENTS }, signal),
    enabled: computed(() => Boolean(values.value.gameId) && isGrowing.value && !isBehind.value),
    refetchInterval: LOOK_AGAIN_MS,
    refetchIntervalInBackground: false,
    staleTime: 0,
  })
  const restart = (): void => {
    clear()
    isBehind.value = false
  }
  watch(values, restart, { flush: 'sync' })
  watch(looked.data, (page) => {
    if (!page || !isGrowing.value) return
    const known = new Set([...shown.value, ...listed.value.slice(0, FRESH_MAX)].map(({ eventId }) => eventId))
    const fresh = page.events.filter(({ eventId }) => !known.has(eventId))
    if (fresh.length === FIRST_EVENTS) isBehind.value = true
    else if (fresh.length) add(fresh)
  })
  return { fresh: shown, heldCount, isBehind, release, restart }
}

/** One stored event, by its id; nothing is asked for without one. */
export const useEvent = (gameId: Ref<string>, eventId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => ['event', gameId.value, eventId.value]),
    queryFn: ({ signal }) => readExactly<GameEvent>(`events/${encodeURIComponent(eventId.value)}`, { gameId: gameId.value }, signal),
    enabled: computed(() => gameId.value !== '' && eventId.value !== ''),
  })
