import { useVirtualizer } from '@tanstack/vue-virtual'
import { computed, type Ref } from 'vue'

interface Rows {
  count: number
  /** All of them are of this height. */
  rowPx: number
  /** So many are there above and below what is in view. */
  beyond: number
  keyOf?: (index: number) => string | number
}

/** Of a list of any length that is scrolled, the rows that are in view: from the first to the last, with room in place of all others. */
export function useRowsInView(scroller: Readonly<Ref<HTMLElement | null>>, rows: () => Rows) {
  const virtual = useVirtualizer(
    computed(() => {
      const { count, rowPx, beyond, keyOf = (index: number) => index } = rows()
      return { count, getScrollElement: () => scroller.value, estimateSize: () => rowPx, overscan: beyond, getItemKey: keyOf }
    }),
  )
  const items = computed(() => virtual.value.getVirtualItems())
  const first = computed(() => items.value[0]?.index ?? 0)
  const last = computed(() => items.value.at(-1)?.index ?? -1)
  const room = computed(() => {
    const { count, rowPx } = rows()
    return { paddingTop: `${first.value * rowPx}px`, paddingBottom: `${Math.max(0, count - 1 - last.value) * rowPx}px` }
  })
  return { first, last, room }
}
