import { computed, type ComputedRef, type Ref } from 'vue'
import { useMe } from './session'

/** Whether the server would take a change of what others see of this game from who is here. */
export function useMayEdit(gameId: Ref<string>): ComputedRef<boolean> {
  const me = useMe()
  return computed(() => {
    const grants = me.data.value?.user?.grants ?? []
    return me.data.value?.open === true || grants.some((grant) => grant.role !== 'viewer' && (grant.gameId === null || grant.gameId === gameId.value))
  })
}
