import { useQuery } from '@tanstack/vue-query'
import { read } from '@/api/client'
import type { Person } from '@/api/types'
import { useMayManageAll } from './rights'

/** Everybody who may come in here, by email; for admins of all games, and nobody to others. */
export const usePeople = () =>
  useQuery({ enabled: useMayManageAll(), queryKey: ['people'], queryFn: ({ signal }) => read<{ people: Person[] }>('people', {}, signal).then(({ people }) => people) })
