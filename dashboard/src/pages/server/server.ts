/** What the page of the server asks it of itself. */
import { useQuery } from '@tanstack/vue-query'
import { read } from '@/api/client'
import type { BackupsNow, RollupsNow, ServerHealth } from '@/api/types'

const LOOK_AGAIN_MS = 5_000

const lookingAt = <T>(path: string) => ({ queryKey: ['server', path], queryFn: ({ signal }: { signal: AbortSignal }) => read<T>(path, {}, signal), refetchInterval: LOOK_AGAIN_MS })

export const useHealth = () => useQuery(lookingAt<ServerHealth>('health'))
export const useBackups = () => useQuery(lookingAt<BackupsNow>('backups'))
export const useRollups = () => useQuery(lookingAt<RollupsNow>('rollups'))
