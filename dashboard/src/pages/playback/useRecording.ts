/** What a match or a session left behind, read once: positions, and every other event. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { readExactly, type QueryValues } from '@/api/client'
import type { EventsPage, GameEvent, Trajectories } from '@/api/types'
import { usePageState } from '@/composables/pageState'
import { recordingOf } from './recording'

export interface Which {
  match: string
  session: string
}

const SESSIONS_MAX = 100
const POINTS_MAX = 20_000
const EVENTS_A_PAGE = 1_000
const PAGES_MAX = 5

export function useRecording(which: ComputedRef<Which>) {
  const { metricValues, instants, gameId, env } = usePageState()
  const positions = computed<QueryValues>(() => ({
    ...metricValues.value,
    // Quoted: an id is whatever a game sends, also with commas in it.
    filter: [which.value.match && `match_id:${JSON.stringify(which.value.match)}`, which.value.session && `session_id:${JSON.stringify(which.value.session)}`].filter(Boolean),
    limit: SESSIONS_MAX,
    maxPoints: POINTS_MAX,
  }))
  const others = computed<QueryValues>(() => ({
    gameId: gameId.value,
    env: env.value,
    ...instants.value,
    matchId: which.value.match,
    sessionId: which.value.session,
    exceptType: 'position',
    limit: EVENTS_A_PAGE,
  }))
  const asked = useQuery({
    queryKey: computed(() => ['recording', positions.value, others.value]),
    queryFn: async ({ signal }) => {
      const walked = await readExactly<Trajectories>('metrics/trajectories', positions.value, signal)
      const { events, isCut } = await eventsOf(others.value, signal)
      return { recording: recordingOf(walked.trajectories, events), toldEvery: walked.toldEvery, isCut, values: positions.value }
    },
    enabled: computed(() => gameId.value !== '' && (which.value.match !== '' || which.value.session !== '')),
    // What is watched does not change under the eyes.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  return asked
}

async function eventsOf(values: QueryValues, signal: AbortSignal): Promise<{ events: GameEvent[]; isCut: boolean }> {
  const events: GameEvent[] = []
  let cursor: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: EventsPage = await readExactly<EventsPage>('events', { ...values, cursor }, signal)
    events.push(...answer.events)
    cursor = answer.next
    if (cursor === null) return { events, isCut: false }
  }
  return { events, isCut: true }
}
