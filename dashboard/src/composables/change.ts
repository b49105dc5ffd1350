import { useMutation, useQueryClient } from '@tanstack/vue-query'

/** Changes of what is asked for under a key, or of everything: when one is made, all that is shown of it is asked for again. */
export function useChangeOf(...key: string[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: () => Promise<unknown>) => change(),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
}
