/** What somebody may do, as people say it. */
import type { Grant } from '@/api/types'

export const ROLES = ['viewer', 'editor', 'admin'] as const

/** Such as “editor of all games, admin of arena”. */
export const inWords = (grants: readonly Grant[]): string =>
  grants.length ? grants.map(({ role, gameId }) => `${role} of ${gameId ?? 'all games'}`).join(', ') : 'no role in any game'
