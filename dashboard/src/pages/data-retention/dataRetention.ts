/** What the page of data retention asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { RetentionNow, RetentionPolicy, RetentionPreview } from '@/api/types'
import { useChangeOf } from '@/composables/change'

const LOOK_AGAIN_MS = 2_000

const of = (gameId: string): string => `games/${encodeURIComponent(gameId)}/retention`

/** Something is being removed, or is due to be. */
const isGoing = ({ progress, going, beginsAt }: RetentionNow): boolean => progress !== null || (going.length > 0 && beginsAt !== null && Date.parse(beginsAt) <= Date.now())

/** What is kept of a game, and what is gone. */
export const retentionQuestion = (gameId: string) => ({
  queryKey: ['kept', gameId],
  queryFn: ({ signal }: { signal: AbortSignal }) => read<RetentionNow>(of(gameId), {}, signal),
})

export const useRetention = (gameId: string) =>
  useQuery({
    ...retentionQuestion(gameId),
    refetchInterval: ({ state }) => (state.data && isGoing(state.data) ? LOOK_AGAIN_MS : false),
  })

export const useChange = () => useChangeOf('kept')

export const changes = {
  preview: (gameId: string, policy: RetentionPolicy) => send<RetentionPreview>('POST', `${of(gameId)}/preview`, policy),
  set: (gameId: string, policy: RetentionPolicy) => send<RetentionNow>('PUT', of(gameId), policy),
  run: (gameId: string) => send<RetentionNow>('POST', `${of(gameId)}/run`),
}
