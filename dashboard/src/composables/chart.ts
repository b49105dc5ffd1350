import { useResizeObserver } from '@vueuse/core'
import type { ECharts } from 'echarts/core'
import { nextTick, onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import { createChart, type ChartOption } from '@/charts/echarts'
import { useDrawnAbove } from './drawn'
import { isDark } from './theme'

/** Draws `option()` into the element, again whenever what it read has changed, the theme or the size. */
export function useChart(element: Ref<HTMLElement | null>, option: () => ChartOption) {
  let chart: ECharts | null = null
  const drawn = useDrawnAbove()

  const draw = (): void => {
    chart?.setOption(option(), { notMerge: true })
  }
  onMounted(async () => {
    if (!element.value) return
    chart = createChart(element.value)
    if (drawn) drawn.value = { option, element: element.value }
    draw()
    // Canvas text takes the font that is there; draw once more when ours has arrived.
    await document.fonts.ready
    await nextTick()
    draw()
  })
  watch([option, isDark], draw, { flush: 'post' })
  useResizeObserver(element, () => chart?.resize())
  onBeforeUnmount(() => {
    if (drawn) drawn.value = null
    chart?.dispose()
    chart = null
  })
  return {
    /** Which category of the axis below lies so many pixels from the left. */
    categoryAt: (left: number): number => Number(chart?.convertFromPixel({ xAxisIndex: 0 }, left) ?? 0),
  }
}
