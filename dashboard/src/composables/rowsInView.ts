import { useElementSize, useScroll } from '@vueuse/core'
import { computed, type Ref } from 'vue'

interface Rows {
  count: number
  /** All of them are of this height. */
  rowPx: number
  /** So many are there above and below what is in view. */
  beyond: number
}

/** Of a list of any length that is scrolled, the rows that are in view: from the first to the last, with room in place of all others. */
export function useRowsInView(scroller: Readonly<Ref<HTMLElement | null>>, rows: () => Rows) {
  const { y: top } = useScroll(scroller)
  const { height } = useElementSize(scroller)
  const seen = computed(() => {
    const { count, rowPx, beyond } = rows()
    const last = Math.min(count - 1, Math.floor((top.value + height.value) / rowPx) + beyond)
    // A list that became shorter is scrolled to its end, and tells so a little later.
    const first = Math.max(0, Math.min(Math.floor(top.value / rowPx), last) - beyond)
    return { first, last }
  })
  const first = computed(() => seen.value.first)
  const last = computed(() => seen.value.last)
  const room = computed(() => {
    const { count, rowPx } = rows()
    return { paddingTop: `${first.value * rowPx}px`, paddingBottom: `${Math.max(0, count - 1 - last.value) * rowPx}px` }
  })
  return { first, last, room }
}
