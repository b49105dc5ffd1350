/** What the page of players' data asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { addressOf, read, send } from '@/api/client'
import type { Erasure, KeptOfPlayer } from '@/api/types'
import { useChangeOf } from '@/composables/change'

const LOOK_AGAIN_MS = 2_000

const of = (gameId: string): string => `games/${encodeURIComponent(gameId)}`

export const useKept = (gameId: Ref<string>, playerId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => ['kept of player', gameId.value, playerId.value]),
    queryFn: ({ signal }) => read<KeptOfPlayer>(`${of(gameId.value)}/player-summary`, { playerId: playerId.value }, signal),
    enabled: computed(() => gameId.value !== '' && playerId.value !== ''),
  })

export const useErasures = (gameId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => ['erasures', gameId.value]),
    queryFn: ({ signal }) => read<{ erasures: Erasure[] }>(`${of(gameId.value)}/erasures`, {}, signal).then(({ erasures }) => erasures),
    enabled: computed(() => gameId.value !== ''),
    refetchInterval: ({ state }) => (state.data?.some(({ finishedAt }) => !finishedAt) ? LOOK_AGAIN_MS : false),
  })

/** Whoever is erased is in no answer any more: everything that is shown is asked for again. */
export const useChange = () => useChangeOf()

export const exportOf = (gameId: string, playerId: string): string => addressOf(`${of(gameId)}/player-export`, { playerId })
export const receiptOf = (gameId: string, erasureId: string): string => addressOf(`${of(gameId)}/erasures/${encodeURIComponent(erasureId)}/receipt`, {})

export const changes = {
  erase: (gameId: string, playerId: string, refuse: boolean) => send<Erasure>('POST', `${of(gameId)}/erasures`, { players: [playerId], refuse }),
  accept: (gameId: string, playerIds: string[]) => send('POST', `${of(gameId)}/accepted-players`, { players: playerIds }),
}
