import { useResizeObserver } from '@vueuse/core'
import type { ECharts } from 'echarts/core'
import { nextTick, onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import { createChart, type ChartOption } from '@/charts/echarts'
import { isDark } from './theme'

/** Draws `option()` into the element, again whenever what it read has changed, the theme or the size. */
export function useChart(element: Ref<HTMLElement | null>, option: () => ChartOption): void {
  let chart: ECharts | null = null

  const draw = (): void => {
    chart?.setOption(option(), { notMerge: true })
  }
  onMounted(async () => {
    if (!element.value) return
    chart = createChart(element.value)
    draw()
    // Canvas text takes the font that is there; draw once more when ours has arrived.
    await document.fonts.ready
    await nextTick()
    draw()
  })
  watch([option, isDark], draw, { flush: 'post' })
  useResizeObserver(element, () => chart?.resize())
  onBeforeUnmount(() => {
    chart?.dispose()
    chart = null
  })
}
