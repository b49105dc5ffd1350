import { useQuery, type QueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { read } from '@/api/client'
import type { Dimensions, Game, GameList } from '@/api/types'
import { textParameter, useUrlParam } from './urlParams'

const question = {
  queryKey: ['games'],
  queryFn: ({ signal }: { signal: AbortSignal }) => read<GameList>('games', {}, signal).then(({ games }) => games),
  staleTime: 10_000,
}

/** Every page needs them: they are asked for while it is still on its way. */
export const beginToAskForGames = (client: QueryClient): void => void client.prefetchQuery(question)

export function useGames() {
  return useQuery({
    ...question,
    // A studio that has just started waits for its first event: look again often until there is one.
    refetchInterval: ({ state }) => (state.data?.some(({ events }) => events > 0) ? 60_000 : 3_000),
  })
}

/** The environment that counts unless another is chosen. */
export const PRODUCTION = 'prod'

/** The game of the URL, or the busiest one where the URL names none; and which environment of it. */
export function useGame() {
  const chosen = useUrlParam(textParameter('game'))
  const env = useUrlParam(textParameter('env', PRODUCTION))
  const games = useGames()
  const game = computed(() => {
    const all = games.data.value ?? []
    if (chosen.value) return all.find(({ id }) => id === chosen.value) ?? null
    return all.filter(({ archivedAt }) => !archivedAt).reduce<Game | null>((best, one) => (best && best.events >= one.events ? best : one), null)
  })
  const gameId = computed(() => chosen.value || game.value?.id || '')
  return { games, game, gameId, chosen, env }
}

/** As many values as the server names of each dimension: the commonest. */
export const DIMENSION_VALUES_MAX = 200

export function useDimensions() {
  const { gameId, env } = useGame()
  return useQuery({
    queryKey: computed(() => ['dimensions', gameId.value, env.value]),
    queryFn: ({ signal }) => read<Dimensions>(`games/${encodeURIComponent(gameId.value)}/dimensions`, { env: env.value }, signal),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })
}
