/** What the page of one's own account asks the server, and how it changes what is there. */
import { useQuery } from '@tanstack/vue-query'
import { read, send } from '@/api/client'
import type { Login, NewSecondFactor, SecondFactor } from '@/api/types'
import { useChangeOf } from '@/composables/change'

export const useOwnLogins = () =>
  useQuery({ queryKey: ['own logins'], queryFn: ({ signal }) => read<{ logins: Login[] }>('me/logins', {}, signal).then(({ logins }) => logins) })

export const useLoginChange = () => useChangeOf('own logins')

export const useSecondFactor = () => useQuery({ queryKey: ['me', 'second factor'], queryFn: ({ signal }) => read<SecondFactor>('me/second-factor', {}, signal) })

/** Of who is here: also whether they have to set up a second factor before anything else. */
export const useOwnChange = () => useChangeOf('me')

type RecoveryCodes = { recoveryCodes: string[] }
const codesOf = ({ recoveryCodes }: RecoveryCodes): string[] => recoveryCodes

export const secondFactorChanges = {
  begin: (password: string) => send<NewSecondFactor>('POST', 'me/second-factor', { password }),
  /** Answers with the recovery codes, as the next one does. */
  confirm: (code: string) => send<RecoveryCodes>('PUT', 'me/second-factor', { code }).then(codesOf),
  newRecoveryCodes: (password: string) => send<RecoveryCodes>('POST', 'me/second-factor/recovery-codes', { password }).then(codesOf),
  remove: (password: string) => send('POST', 'me/second-factor/removal', { password }),
}

export const changes = {
  endLogin: (id: string) => send('DELETE', `me/logins/${encodeURIComponent(id)}`),
  endOtherLogins: () => send('DELETE', 'me/logins'),
  setPassword: (old: string, next: string) => send('PUT', 'me/password', { old, new: next }),
}
