import { useResizeObserver } from '@vueuse/core'
import type { ECharts } from 'echarts/core'
import { inject, nextTick, onBeforeUnmount, onMounted, provide, shallowRef, watch, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { createChart, type ChartOption } from '@/charts/echarts'
import { isDark } from './theme'

/** What is drawn, for a picture of it. */
export interface Drawn {
  option: () => ChartOption
  element: HTMLElement
}

const DRAWN: InjectionKey<ShallowRef<Drawn | null>> = Symbol('the chart of a panel')

/** The chart that is somewhere below, while there is one. */
export function useDrawn(): ShallowRef<Drawn | null> {
  const drawn = shallowRef<Drawn | null>(null)
  provide(DRAWN, drawn)
  return drawn
}

/** Draws `option()` into the element, again whenever what it read has changed, the theme or the size. */
export function useChart(element: Ref<HTMLElement | null>, option: () => ChartOption) {
  let chart: ECharts | null = null
  const drawn = inject(DRAWN, null)

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
