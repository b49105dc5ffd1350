/** What the page of people asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Grant, Login, PersonLink } from '@/api/types'
import { useChangeOf } from '@/composables/change'

/** A change of anybody. Their logins have a key of their own: nobody has the logins of somebody who was removed. */
export const useChange = () => useChangeOf('people')
export const useLoginChange = () => useChangeOf('logins')

const of = (id: number): string => `people/${id}`

export const useLogins = (id: number) =>
  useQuery({ queryKey: ['logins', id], queryFn: ({ signal }) => read<{ logins: Login[] }>(`${of(id)}/logins`, {}, signal).then(({ logins }) => logins) })

export const changes = {
  invite: (email: string, grants: Grant[]) => send<PersonLink>('POST', 'people', { email, grants }),
  setGrants: (id: number, grants: Grant[]) => send('PUT', `${of(id)}/grants`, { grants }),
  reset: (id: number) => send<PersonLink>('POST', `${of(id)}/reset`),
  removeSecondFactor: (id: number) => send('DELETE', `${of(id)}/second-factor`),
  remove: (id: number) => send('DELETE', of(id)),
  endLogins: (id: number) => send('DELETE', `${of(id)}/logins`),
  endLogin: (id: number, login: string) => send('DELETE', `${of(id)}/logins/${encodeURIComponent(login)}`),
}
