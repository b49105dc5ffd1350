/** What a player did, one event after the other, in stretches: the sessions. */
import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { readExactly } from '@/api/client'
import { writeExactly } from '@/api/exactJson'
import type { MetricAnswer } from '@/api/types'
import { stackOf } from '@/components/stackTrace'
import { useGame } from '@/composables/games'
import { usePageState } from '@/composables/pageState'

type Journey = MetricAnswer<'journey'>
export type Moment = Journey['events'][number]

export interface Stretch {
  key: string
  /** Of the client; null where none was sent. */
  sessionId: string | null
  /** Newest first. */
  moments: Moment[]
  /** Whether its first event is among them: the rest is further back. */
  isWhole: boolean
}

/** As many as may be told with their properties at once. */
const PAGE_EVENTS = 100
const SAID_MAX = 300

export function useJourney(playerId: ComputedRef<string>, names: ComputedRef<string[]>) {
  const { gameId, env } = useGame()
  const { timeZone } = usePageState()
  const values = computed(() => ({ gameId: gameId.value, env: env.value, timeZone: timeZone.value, playerId: playerId.value, event: names.value, props: true, limit: PAGE_EVENTS }))
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['journey', values.value]),
    queryFn: ({ pageParam, signal }) => readExactly<Journey>('metrics/journey', { ...values.value, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: Journey) => next,
    enabled: computed(() => gameId.value !== '' && playerId.value !== ''),
    refetchOnWindowFocus: false,
  })
  const moments = computed(() => asked.data.value?.pages.flatMap(({ events }) => events) ?? [])
  return { asked, stretches: computed(() => stretchesOf(moments.value)), total: computed(() => asked.data.value?.pages[0]?.total ?? 0), loaded: computed(() => moments.value.length) }
}

/** Newest first, an event that starts a session ends a stretch; so does another session, where that event is not shown. */
function stretchesOf(moments: Moment[]): Stretch[] {
  const stretches: Stretch[] = []
  let open: Stretch | null = null
  for (const moment of moments) {
    if (!open || open.sessionId !== moment.sessionId) {
      open = { key: `${moment.time} ${stretches.length}`, sessionId: moment.sessionId, moments: [], isWhole: false }
      stretches.push(open)
    }
    open.moments.push(moment)
    if (moment.startsSession) {
      open.isWhole = true
      open = null
    }
  }
  return stretches
}

export const stackOfMoment = ({ props }: Moment): string | null => stackOf(props ?? undefined)

/** What else an event says, on a line. */
export function said({ level, map, value, currency, props }: Moment): string {
  const named = [['level', level], ['map', map], ['value', value === null ? null : `${value}${currency ? ` ${currency}` : ''}`], ...Object.entries(props ?? {}).filter(([name]) => !/^stack_?trace$/i.test(name))]
  return named
    .filter(([, one]) => one !== null && one !== undefined)
    .map(([name, one]) => `${String(name)}: ${typeof one === 'string' ? one : writeExactly(one)}`)
    .join('  ')
    .replaceAll('\n', ' ')
    .slice(0, SAID_MAX)
}
