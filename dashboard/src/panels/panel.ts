/** What a panel is: questions to a metric, and how the answers are drawn. A page is a list of these. */
import type { QueryValues } from '@/api/client'
import type { MetricAnswer, MetricName } from '@/api/types'
import type { Beside } from './beside'
import type { PageContext } from './pageContext'
import type { Shapes } from './shapes/shapes'

/** One asking of a panel's metric, with its own values beside those of the page. */
export interface Question {
  values: QueryValues
  /** What tells it from the panel's other questions. */
  label?: string
  /** It is about these very days, whatever today is: so it is kept with a board. */
  isFixed?: boolean
}

/** A question and its answer. */
export interface Asked<Answer> extends Question {
  answer: Answer
}

export interface PanelOf<Metric extends MetricName, Shape extends keyof Shapes> {
  /** Its name in the address, unique on its page. */
  key: string
  title: string
  metric: Metric
  /** What it shows, in a sentence: above what the metric itself says of what it counts. */
  about?: string
  shape: Shape
  /** How much of the page's width it takes: half of it, all of it, or all of it but on very wide screens. */
  size?: 'half' | 'wide' | 'large'
  /** What is asked beside the page's own values. */
  values?: QueryValues | ((page: PageContext) => QueryValues)
  /** With the same of other days beside it, as the page says of which. */
  beside?: Beside
  /** Where other questions are asked. */
  ask?: (page: PageContext) => Question[]
  /** Null where there is nothing to draw. What was asked may differ from what the page asks by now: the answers count. */
  draw: (answer: MetricAnswer<Metric>, page: PageContext, all: Asked<MetricAnswer<Metric>>[]) => Shapes[Shape] | null
  /** Beside the title. */
  note?: (answer: MetricAnswer<Metric>) => string
  /** What to do where there is nothing to draw. */
  empty?: string
  /** The list of the answer that its CSV has, where that is not the one that the metric's table shows. */
  list?: string
  /** How often it is asked again while it is in view; 0: never. */
  refetchSeconds?: number
}

/** Any panel: that its parts fit together was checked where it was defined. */
export interface Panel extends Omit<PanelOf<MetricName, keyof Shapes>, 'draw' | 'note'> {
  draw: (answer: object, page: PageContext, all: Asked<object>[]) => object | null
  note?: (answer: object) => string
}

export const panelOf = <Metric extends MetricName, Shape extends keyof Shapes>(panel: PanelOf<Metric, Shape>): Panel => panel as unknown as Panel
