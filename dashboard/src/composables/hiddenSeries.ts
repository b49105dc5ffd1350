import { computed, ref } from 'vue'

/** Which series of a chart are switched off in its legend. The last visible one stays. */
export function useHiddenSeries<T extends { key: string }>(series: () => T[]) {
  const hidden = ref(new Set<string>())
  const visible = computed(() => {
    const left = series().filter(({ key }) => !hidden.value.has(key))
    return left.length ? left : series()
  })

  function toggle(key: string): void {
    const next = new Set(hidden.value)
    if (!next.delete(key)) next.add(key)
    hidden.value = next
  }
  return { hidden, visible, toggle }
}
