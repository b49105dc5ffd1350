/** The funnel that the address asks for. */
import { computed } from 'vue'
import { choiceParameter, listParameter, useUrlParam } from '@/composables/urlParams'
import type { FunnelChoice } from './funnels'

export const STEPS = listParameter('step')
export const WINDOW = choiceParameter('window', ['30m', '1h', '24h', '7d', '30d'], '7d')
export const ORDER = choiceParameter('order', ['loose', 'strict', 'any'], 'loose')
export const UNIT = choiceParameter('unit', ['player', 'session', 'match'], 'player')

/** As the metric asks where nothing is chosen. */
const USUAL = ['session_start', 'level_start', 'level_complete']
export const stepsOf = (chosen: string[]): string[] => (chosen.length >= 2 ? chosen : USUAL)

export function useFunnelChoice() {
  const chosen = useUrlParam(STEPS)
  const step = computed({ get: () => stepsOf(chosen.value), set: (steps) => (chosen.value = steps) })
  const window = useUrlParam(WINDOW)
  const order = useUrlParam(ORDER)
  const unit = useUrlParam(UNIT)
  const choice = computed<FunnelChoice>(() => ({ step: step.value, window: window.value, order: order.value, unit: unit.value }))
  return { step, window, order, unit, choice }
}
