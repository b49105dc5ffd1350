/** How far players get, and where they get stuck. */
import type { MetricAnswer } from '@/api/types'
import { COUNTS, SECONDS, SHARES, type Scale } from '@/charts/scales'
import { formatCount, formatDecimal, formatDuration, formatShare } from '@/format'
import { choiceParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'
import type { BarsDrawing, CategoryBar } from '@/panels/shapes/bars'
import type { Cell } from '@/panels/shapes/table'

/** What can be chosen on the page; it stands in the address. */
export const ORDER = choiceParameter('order', ['auto', 'name', 'reached'], 'auto')

type Node = MetricAnswer<'progression'>['nodes'][number]

const NO_LEVELS = 'Levels come from level_start and level_complete, level_fail or level_abandon. Send them with the property level, or choose other days.'
/** Where the name of a level is too long for the axis, its end tells more than its beginning. */
const TICK_LETTERS = 8

const tickOf = (level: string): string => (level.length > TICK_LETTERS ? `…${level.slice(-TICK_LETTERS + 1)}` : level)
const barOf = (node: Node, value: number | null, notes: CategoryBar['notes']): CategoryBar => ({
  label: node.level, tick: tickOf(node.level), value: value ?? 0, notes, mark: node.isSpike ? `harder than its neighbours, of which ${formatShare(node.neighboursMedian)} fail` : undefined,
})
const levels = (nodes: Node[], counted: string, scale: Scale, bar: (node: Node) => CategoryBar): BarsDrawing | null =>
  nodes.length ? { first: 'Level', counted, ...scale, bars: nodes.map(bar) } : null

export const progressionPanels = (order: 'auto' | 'name' | 'reached'): Panel[] => [
  panelOf({
    key: 'hardship',
    title: 'Attempts that fail or are given up',
    about: 'Of the closed attempts at each level. A level stands out where even the lower end of its interval is ten points above the median of its neighbours, of 100 attempts or more.',
    metric: 'progression',
    shape: 'bars',
    size: 'wide',
    values: { order },
    draw: ({ nodes }) =>
      levels(nodes, 'Fail or are given up', SHARES, (node) =>
        barOf(node, node.completionRate === null ? null : 1 - node.completionRate, [
          { label: 'Attempts', value: formatCount(node.attempts) },
          { label: 'Failed', value: formatShare(node.failRate) },
          { label: 'Given up', value: formatShare(node.abandonRate) },
        ])),
    empty: NO_LEVELS,
  }),
  panelOf({
    key: 'players',
    title: 'Players by level',
    about: 'Who attempted each level in the range.',
    metric: 'progression',
    shape: 'bars',
    values: { order },
    draw: ({ nodes }) =>
      levels(nodes, 'Players', COUNTS, (node) =>
        barOf(node, node.players, [
          { label: 'Completed it', value: formatCount(node.completedPlayers) },
          { label: 'Of them', value: formatShare(node.playerCompletion) },
        ])),
    empty: NO_LEVELS,
  }),
  panelOf({
    key: 'time',
    title: 'Time on a level',
    about: 'Median of the time that players were active at it, over all attempts of each.',
    metric: 'progression',
    shape: 'bars',
    values: { order },
    draw: ({ nodes }) =>
      levels(nodes, 'Median', SECONDS, (node) => barOf(node, node.activeSecondsMedian, [{ label: '90 % at most', value: formatDuration(node.activeSecondsP90) }])),
    empty: NO_LEVELS,
  }),
  panelOf({
    key: 'levels',
    title: 'Levels',
    metric: 'progression',
    shape: 'table',
    size: 'wide',
    values: { order },
    draw: ({ nodes }) =>
      nodes.length
        ? {
            columns: ['Level', 'Players', 'Completed', 'Attempts', 'Failed', 'Given up', 'Attempts to complete', '90 % at most', 'Winning time', ''],
            rows: nodes.map((node): Cell[] => [
              node.level, formatCount(node.players), formatShare(node.playerCompletion), formatCount(node.attempts), formatShare(node.failRate), formatShare(node.abandonRate),
              formatDecimal(node.attemptsToCompleteMedian), formatDecimal(node.attemptsToCompleteP90), formatDuration(node.winningSecondsMedian), { text: node.isSpike ? 'spike' : '', mood: 'bad' },
            ]),
          }
        : null,
    empty: NO_LEVELS,
  }),
]
