/** Which events of a game are listed: what the address says. */
import { computed } from 'vue'
import { usePageState } from '@/composables/pageState'
import { listParameter, textParameter, useUrlParam } from '@/composables/urlParams'

export function useEventFilters() {
  const { gameId, instants, platforms, versions, countries } = usePageState()
  const types = useUrlParam(listParameter('type'))
  const severities = useUrlParam(listParameter('severity'))
  const playerId = useUrlParam(textParameter('playerId'))
  const sessionId = useUrlParam(textParameter('sessionId'))
  const text = useUrlParam(textParameter('text'))
  const isNarrowed = computed(() => types.value.length + severities.value.length > 0 || playerId.value !== '' || sessionId.value !== '' || text.value !== '')
  /** As the API takes them. */
  const filters = computed(() => ({
    ...instants.value,
    platform: platforms.value,
    version: versions.value,
    country: countries.value,
    type: types.value,
    severity: severities.value,
    playerId: playerId.value,
    sessionId: sessionId.value,
    text: text.value,
  }))
  const values = computed(() => ({ gameId: gameId.value, ...filters.value }))
  return { types, severities, playerId, sessionId, text, isNarrowed, filters, values }
}
