import { useQuery } from '@tanstack/vue-query'
import { read } from '@/api/client'
import type { Person } from '@/api/types'

/** Everybody who may come in here, by email; for admins of all games. */
export const usePeople = () =>
  useQuery({ queryKey: ['people'], queryFn: ({ signal }) => read<{ people: Person[] }>('people', {}, signal).then(({ people }) => people) })
