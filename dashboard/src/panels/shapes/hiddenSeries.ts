import { computed, ref, type ComputedRef } from 'vue'

/**
 * Which series of a chart are not drawn: those of `hiddenFirst`, until somebody switches them on in the legend, and
 * those that are switched off there. Of what is visible the last one stays.
 */
export function useHiddenSeries<T extends { key: string }>(series: () => T[], hiddenFirst: () => string[]) {
  const toggled = ref(new Set<string>())
  const isHidden = (key: string): boolean => hiddenFirst().includes(key) !== toggled.value.has(key)
  const hidden: ComputedRef<Set<string>> = computed(() => {
    const keys = series().map(({ key }) => key)
    const off = keys.filter(isHidden)
    return new Set(off.length < keys.length ? off : [])
  })
  const visible = computed(() => series().filter(({ key }) => !hidden.value.has(key)))

  function toggle(key: string): void {
    const next = new Set(toggled.value)
    if (!next.delete(key)) next.add(key)
    toggled.value = next
  }
  return { hidden, visible, toggle }
}
