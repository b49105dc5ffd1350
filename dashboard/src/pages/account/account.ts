/** What the page of one's own account asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Login } from '@/api/types'
import { useChangeOf } from '@/composables/change'

export const useOwnLogins = () =>
  useQuery({ queryKey: ['own logins'], queryFn: ({ signal }) => read<{ logins: Login[] }>('me/logins', {}, signal).then(({ logins }) => logins) })

export const useLoginChange = () => useChangeOf('own logins')

export const changes = {
  endLogin: (id: string) => send('DELETE', `me/logins/${encodeURIComponent(id)}`),
  endOtherLogins: () => send('DELETE', 'me/logins'),
  setPassword: (old: string, next: string) => send('PUT', 'me/password', { old, new: next }),
}
