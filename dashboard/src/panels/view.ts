/** How a panel is looked at: as a table or not is in the address, and so is which one a link means. */
import { useIntersectionObserver } from '@vueuse/core'
import { computed, onMounted, ref, toValue, type MaybeRefOrGetter, type Ref, type WritableComputedRef } from 'vue'
import { useRoute } from 'vue-router'
import { listParameter, useUrlParam } from '@/composables/urlParams'

/** A little before it is seen, so that it is there when it is. */
const MARGIN_PX = 240

/** Once a panel is there it says so at once, and panels ask in the order in which they are read. */
export function useInView(element: MaybeRefOrGetter<HTMLElement | null | undefined>): Ref<boolean> {
  const isInView = ref(false)
  onMounted(() => {
    const box = toValue(element)?.getBoundingClientRect()
    isInView.value = box !== undefined && box.top < window.innerHeight + MARGIN_PX && box.bottom > -MARGIN_PX
  })
  useIntersectionObserver(element, ([entry]) => (isInView.value = entry?.isIntersecting ?? false), { rootMargin: `${MARGIN_PX}px` })
  return isInView
}

export function useAsTable(key: () => string): WritableComputedRef<boolean> {
  const tables = useUrlParam(listParameter('table'))
  return computed({
    get: () => tables.value.includes(key()),
    set: (asTable) => (tables.value = asTable ? [...tables.value, key()] : tables.value.filter((one) => one !== key())),
  })
}

/** A link to a panel has its key behind the `#`: then the page goes there. */
export function useLinked(key: () => string, element: () => HTMLElement | null | undefined): void {
  const route = useRoute()
  onMounted(() => {
    if (route.hash === `#${key()}`) element()?.scrollIntoView({ block: 'center' })
  })
}
