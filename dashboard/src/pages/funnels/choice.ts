/** The funnel that the address asks for. */
import { computed } from 'vue'
import { choiceParameter, listParameter, useUrlParam } from '@/composables/urlParams'
import type { FunnelChoice } from './funnels'

/** As the metric asks where nothing is chosen. */
const USUAL = ['session_start', 'level_start', 'level_complete']

export function useFunnelChoice() {
  const chosen = useUrlParam(listParameter('step'))
  const step = computed({
    get: () => (chosen.value.length >= 2 ? chosen.value : USUAL),
    set: (steps) => (chosen.value = steps),
  })
  const window = useUrlParam(choiceParameter('window', ['30m', '1h', '24h', '7d', '30d'], '7d'))
  const order = useUrlParam(choiceParameter('order', ['loose', 'strict', 'any'], 'loose'))
  const unit = useUrlParam(choiceParameter('unit', ['player', 'session', 'match'], 'player'))
  const choice = computed<FunnelChoice>(() => ({ step: step.value, window: window.value, order: order.value, unit: unit.value }))
  return { step, window, order, unit, choice }
}
