/** Every shape that an answer can be drawn in: what it needs, and the component that draws it, loaded when first needed. */
import { defineAsyncComponent, h, type Component } from 'vue'
import SkeletonBlock from '@/components/SkeletonBlock.vue'
import TilesShape from './TilesShape.vue'
import type { TimeDrawing } from './time'
import type { CurveDrawing } from './curve'
import type { BarsDrawing } from './bars'
import type { RankedDrawing } from './ranked'
import type { MatrixDrawing } from './matrix'
import type { PieDrawing } from './pie'
import type { FunnelDrawing } from './funnel'
import type { FlowDrawing } from './flow'
import type { TableDrawing } from './table'
import type { TilesDrawing } from './tiles'

export interface Shapes {
  /** Series over time: lines or bars, with a band where there is an interval. */
  time: TimeDrawing
  /** Curves over a number, such as days since the first. */
  curve: CurveDrawing
  /** Bars of classes that have an order of their own: a distribution, or levels. */
  bars: BarsDrawing
  /** Parts of a whole. */
  pie: PieDrawing
  /** What was counted by name, the largest first. */
  ranked: RankedDrawing
  /** Cohorts by offset. */
  matrix: MatrixDrawing
  funnel: FunnelDrawing
  /** From node to node: a Sankey diagram. */
  flow: FlowDrawing
  table: TableDrawing
  /** Single figures. */
  tiles: TilesDrawing
}

const loaders: Record<Exclude<keyof Shapes, 'tiles'>, () => Promise<Component>> = {
  time: () => import('./TimeShape.vue'),
  curve: () => import('./CurveShape.vue'),
  bars: () => import('./BarsShape.vue'),
  pie: () => import('./PieShape.vue'),
  ranked: () => import('./RankedShape.vue'),
  matrix: () => import('./MatrixShape.vue'),
  funnel: () => import('./FunnelShape.vue'),
  flow: () => import('./FlowShape.vue'),
  table: () => import('./TableShape.vue'),
}

/** As high as what comes: else panels further down would be in view for a moment, and ask. */
const loadingComponent = (): Component => h(SkeletonBlock, { height: 'var(--chart-height)' })

const loaded = Object.fromEntries(
  Object.entries(loaders).map(([shape, loader]) => [shape, defineAsyncComponent({ loader, loadingComponent, delay: 0 })]),
) as Record<keyof typeof loaders, Component>

/** What is read first is there with the page itself. */
export const components: Record<keyof Shapes, Component> = { tiles: TilesShape, ...loaded }

/** Begins to load a component, while the answer is on its way. */
export const preload = (shape: keyof Shapes): void => void (shape === 'tiles' || loaders[shape]())

/** Those that are a chart, which has a table for its twin. */
export const CHARTS: ReadonlySet<keyof Shapes> = new Set(['time', 'curve', 'bars', 'pie', 'funnel', 'flow'])
