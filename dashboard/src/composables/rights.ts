/** For whom pages of settings are, as the server would answer them. */
import { useGame } from './games'
import { useMe } from './session'

/** And how that is said to whom they are not for. */
export const AUDIENCES = {
  person: 'people who are signed in, about themselves',
  sql: 'editors and admins of a game, or of all',
  'game-admin': 'admins of the game',
  'some-admin': 'admins of a game, or of all',
  admin: 'admins of all games',
} as const
export type Audience = keyof typeof AUDIENCES

/** Whether who is here is among them; nobody is before the server has said who it is. */
export function useIsFor(): (audience: Audience, game?: string) => boolean {
  const me = useMe()
  const { gameId } = useGame()
  return (audience, game = gameId.value) => {
    const { user, open } = me.data.value ?? { user: null, open: false }
    if (audience === 'person') return user !== null
    if (open) return true
    if (audience === 'sql') return user?.grants.some(({ role }) => role !== 'viewer') ?? false
    const managed = user?.grants.filter(({ role }) => role === 'admin') ?? []
    if (audience === 'some-admin') return managed.length > 0
    return managed.some((grant) => !grant.gameId || (audience === 'game-admin' && grant.gameId === game))
  }
}
