/** What the page of tokens asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { MadeToken, Token, TokenScope } from '@/api/types'
import { useChangeOf } from '@/composables/change'

export const useTokens = () =>
  useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => read<{ tokens: Token[] }>('tokens', {}, signal).then(({ tokens }) => tokens) })

export const useChange = () => useChangeOf('tokens')

/** What each lets a program do. */
export const SCOPES: readonly { scope: TokenScope; says: string }[] = [
  { scope: 'read', says: 'what a viewer may' },
  { scope: 'sql', says: 'ask in SQL, about its games alone' },
  { scope: 'send', says: 'send events for its games, as a write key does' },
  { scope: 'manage', says: 'what an admin of its games may' },
]

export interface NewToken {
  note: string
  scopes: TokenScope[]
  /** Null: all games. */
  gameIds: string[] | null
  /** Null: for good. */
  days: number | null
}

export const changes = {
  add: (token: NewToken) => send<MadeToken>('POST', 'tokens', token),
  revoke: (id: number) => send('DELETE', `tokens/${id}`),
}
