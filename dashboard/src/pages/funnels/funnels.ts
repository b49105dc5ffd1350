/** How many come from one step to the next, and how long it takes them. */
import type { RouteLocationRaw } from 'vue-router'
import { seriesColors, OTHER_COLOR } from '@/charts/look'
import type { MetricAnswer } from '@/api/types'
import { SECONDS, SHARES } from '@/charts/scales'
import { formatCount, formatDimension, formatDuration, formatShare } from '@/format'
import type { Split } from '@/panels/pageContext'
import { panelOf, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'

export interface FunnelChoice {
  step: string[]
  window: string
  order: 'loose' | 'strict' | 'any'
  unit: 'player' | 'session' | 'match'
}

type Step = MetricAnswer<'funnel'>['steps'][number]

const UNITS = { player: 'Players', session: 'Sessions', match: 'Matches' }
const NOBODY = 'Nobody began in these days. Choose other days, or another first step.'

const nameOf = ({ event, step }: Step, order: string): string => (order === 'any' ? `any ${step}` : event)

/** `droppedLink` leads to who went no further than a step. */
export function funnelPanels(choice: FunnelChoice, split: Split, droppedLink: (step: number) => RouteLocationRaw): Panel[] {
  const values = { ...choice }
  const units = UNITS[choice.unit]
  const ofSplit = { ...values, ...splitBy(split) }
  return [
    panelOf({
      key: 'funnel',
      title: 'Funnel',
      metric: 'funnel',
      shape: 'funnel',
      size: split === 'none' ? 'half' : 'wide',
      values: ofSplit,
      note: ({ entered, inProgress, overallRate }) => `${formatShare(overallRate)} of ${formatCount(entered)} ${units.toLowerCase()} who began; ${formatCount(inProgress)} still on their way`,
      draw: ({ steps, entered, order }) =>
        entered ? { units, steps: steps.map((step) => ({ ...step, label: nameOf(step, order), dropped: choice.unit === 'player' ? droppedLink(step.step) : undefined })) } : null,
      empty: NOBODY,
    }),
    panelOf({
      key: 'time',
      title: 'Time to convert',
      about: 'The median of the time since the step before, of those who took it.',
      metric: 'funnel',
      shape: 'bars',
      values: ofSplit,
      draw: ({ steps, entered, order }) => {
        const taken = steps.filter(({ medianSeconds }) => medianSeconds !== null)
        return entered && taken.length
          ? {
              first: 'Step',
              counted: 'Median',
              ...SECONDS,
              bars: taken.map((step) => ({ label: `${step.step}. ${nameOf(step, order)}`, tick: `step ${step.step}`, value: step.medianSeconds ?? 0, notes: [{ label: '90 % within', value: formatDuration(step.p90Seconds) }] })),
            }
          : null
      },
      empty: 'Nobody took a second step in these days.',
    }),
    ...(split === 'none' ? [] : [parts(ofSplit, split)]),
  ]
}

const parts = (values: object, split: Exclude<Split, 'none'>): Panel =>
  panelOf({
    key: 'parts',
    title: `By ${split}`,
    about: 'How many of those who began reach each step, by what the first event of their attempt said.',
    metric: 'funnel',
    shape: 'curve',
    values: { ...values },
    draw: ({ split: all, order }, page) => {
      if (!all?.length) return null
      const colors = seriesColors(all.map(({ key }) => key), page.known[split])
      const curves = all.map(({ key, steps }) => ({
        key,
        label: formatDimension(split, key),
        series: colors.get(key) ?? OTHER_COLOR,
        points: steps.map((step) => ({ place: step.step, label: `${step.step}. ${nameOf(step, order)}`, value: step.overallRate, notes: [] })),
      }))
      return { curves, along: 'Step', value: 'Reached it', ...SHARES }
    },
    empty: NOBODY,
  })
