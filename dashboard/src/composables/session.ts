import { useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Me } from '@/api/types'

const question = {
  queryKey: ['me'],
  queryFn: ({ signal }: { signal: AbortSignal }) => read<Me>('me', {}, signal),
  staleTime: 60_000,
}

export const useMe = () => useQuery(question)

export const fetchMe = (client: QueryClient): Promise<Me> => client.fetchQuery(question)

export function useSession() {
  const client = useQueryClient()
  return {
    /** Raises a problem `second-factor-needed` where a code is to be sent too. */
    signIn: async (email: string, password: string, code?: string): Promise<void> => {
      await send('POST', 'session', { email, password, code })
      await client.resetQueries()
    },
    setUp: async (token: string, email: string, password: string): Promise<void> => {
      await send('POST', 'setup', { token, email, password })
      await client.resetQueries()
    },
    /** By the one-time link of an invitation or a reset. */
    choosePassword: async (token: string, password: string, code?: string): Promise<void> => {
      await send('POST', 'password', { token, password, code })
      await client.resetQueries()
    },
    /** Leaves for the identity provider, which sends the browser back to the page `login-return`. */
    beginAtProvider: async (): Promise<void> => {
      const { url } = await send<{ url: string }>('POST', 'session/provider')
      location.assign(url)
    },
    /** The same, to sign in with an account of it from then on. Raises `second-factor-needed` as `signIn` does. */
    beginLinking: async (password: string, code?: string): Promise<void> => {
      const { url } = await send<{ url: string }>('POST', 'me/identity', { password, code })
      location.assign(url)
    },
    /** With what the provider has put into the address. */
    returnToLink: async (returned: Record<string, string>): Promise<void> => {
      await send('POST', 'me/identity/return', returned)
      await client.invalidateQueries({ queryKey: ['me'] })
    },
    unlink: async (password: string, code?: string): Promise<void> => {
      await send('POST', 'me/identity/removal', { password, code })
      await client.invalidateQueries({ queryKey: ['me'] })
    },
    /** As `returnToLink`. */
    returnFromProvider: async (returned: Record<string, string>): Promise<void> => {
      await send('POST', 'session/provider/return', returned)
      await client.resetQueries()
    },
    /** Here, and where somebody came by the identity provider there too, if it has a page for that. */
    signOut: async (): Promise<void> => {
      const { url } = await send<{ url: string | null }>('POST', 'session/provider/end')
      client.clear()
      if (url) location.assign(url)
    },
  }
}
