/** What who is here may do, and for whom pages of settings are, as the server would answer them. */
import { computed, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { useGame } from './games'
import { useMe } from './session'

/** The roles that may change what others see of a game, and those that may manage it. */
const ROLES = { edit: ['editor', 'admin'], manage: ['admin'] } as const
export type Right = keyof typeof ROLES

/** Whether who is here may do that in a game; null: in all games. Nobody may before the server has said who it is. */
export function useMay(): (right: Right, gameId: string | null) => boolean {
  const me = useMe()
  return (right, gameId) => {
    const roles: readonly string[] = ROLES[right]
    const { user, open } = me.data.value ?? { user: null, open: false }
    return open || (user?.grants.some((grant) => roles.includes(grant.role) && (!grant.gameId || grant.gameId === gameId)) ?? false)
  }
}

/** Whether the server would take a change of what others see of this game from who is here; null: of all games. */
export function useMayEdit(gameId: MaybeRefOrGetter<string | null>): ComputedRef<boolean> {
  const may = useMay()
  return computed(() => may('edit', toValue(gameId)))
}

/** Whether it would take a change of what is of all games: channels, mirrors, people. */
export function useMayManageAll(): ComputedRef<boolean> {
  const may = useMay()
  return computed(() => may('manage', null))
}

/** And how that is said to whom they are not for. */
export const AUDIENCES = {
  person: 'people who are signed in, about themselves',
  sql: 'editors and admins of a game, or of all',
  'game-admin': 'admins of the game',
  'some-admin': 'admins of a game, or of all',
  admin: 'admins of all games',
} as const
export type Audience = keyof typeof AUDIENCES

/** Whether who is here is among them. */
export function useIsFor(): (audience: Audience, game?: string) => boolean {
  const me = useMe()
  const may = useMay()
  const { gameId } = useGame()
  return (audience, game = gameId.value) => {
    const { user, open } = me.data.value ?? { user: null, open: false }
    if (audience === 'person') return user !== null
    if (audience === 'sql') return open || (user?.grants.some(({ role }) => role !== 'viewer') ?? false)
    if (audience === 'some-admin') return open || (user?.grants.some(({ role }) => role === 'admin') ?? false)
    return may('manage', audience === 'admin' ? null : game)
  }
}
