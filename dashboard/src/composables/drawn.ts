/** What a panel knows of the chart in it. It loads nothing to draw with: the chart does, when there is one. */
import { inject, provide, shallowRef, type InjectionKey, type ShallowRef } from 'vue'
import type { ChartOption } from '@/charts/echarts'

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

/** Where a chart says that it is drawn; null where nobody asks for it. */
export const useDrawnAbove = (): ShallowRef<Drawn | null> | null => inject(DRAWN, null)
