/** The latest matches and sessions that have positions: what there is to be played again. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { readExactly, type QueryValues } from '@/api/client'
import type { Trajectories, Trajectory } from '@/api/types'
import { usePageState } from '@/composables/pageState'

export interface Play {
  id: string
  maps: string[]
  players: string[]
  begin: number
  end: number
}

const SESSIONS_MAX = 100
/** Of each session its ends are enough. */
const POINTS = 1_000

export function useRecentPlays(player: Ref<string>, enabled: Ref<boolean>) {
  const { metricValues, gameId } = usePageState()
  const values = computed<QueryValues>(() => ({ ...metricValues.value, filter: player.value ? [`player_id:${JSON.stringify(player.value)}`] : [], limit: SESSIONS_MAX, maxPoints: POINTS }))
  const asked = useQuery({
    queryKey: computed(() => ['recent plays', values.value]),
    queryFn: ({ signal }) => readExactly<Trajectories>('metrics/trajectories', values.value, signal),
    enabled: computed(() => enabled.value && gameId.value !== ''),
    staleTime: 30_000,
  })
  const trajectories = computed(() => asked.data.value?.trajectories ?? [])
  return {
    asked,
    matches: computed(() => playsBy(trajectories.value, ({ matchId }) => matchId)),
    sessions: computed(() => playsBy(trajectories.value, ({ sessionId }) => sessionId)),
  }
}

/** The latest first. */
function playsBy(trajectories: Trajectory[], idOf: (one: Trajectory) => string | null): Play[] {
  const plays = new Map<string, Play>()
  for (const one of trajectories) {
    const [id, first, last] = [idOf(one), one.points[0], one.points.at(-1)]
    if (!id || !first || !last) continue
    const [begin, end] = [Date.parse(first.time), Date.parse(last.time)]
    const play = plays.get(id) ?? { id, maps: [], players: [], begin, end }
    play.begin = Math.min(play.begin, begin)
    play.end = Math.max(play.end, end)
    if (!play.maps.includes(one.map)) play.maps.push(one.map)
    if (one.playerId && !play.players.includes(one.playerId)) play.players.push(one.playerId)
    plays.set(id, play)
  }
  return [...plays.values()].sort((a, b) => b.end - a.end)
}
