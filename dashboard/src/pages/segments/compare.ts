/** Two segments beside each other, on a few questions. */
import type { MetricAnswer } from '@/api/types'
import { COUNTS } from '@/charts/scales'
import { formatCount, formatDuration, formatMoney, formatShareFine } from '@/format'
import { panelOf, type Panel, type Question } from '@/panels/panel'
import type { PageContext } from '@/panels/pageContext'
import { overTime, pointsOf } from '@/panels/shapes/time'
import { retentionPanels } from '../retention/retention'

type Figures = MetricAnswer<'summary'>['current']

const ofEach = (segments: string[], page: PageContext, values: object = {}): Question[] => segments.map((segment) => ({ label: segment, values: { ...page.values, ...values, segment } }))

const FIGURES: { label: string; text: (figures: Figures) => string }[] = [
  { label: 'Players', text: ({ activePlayers }) => formatCount(activePlayers) },
  { label: 'New players', text: ({ newPlayers }) => formatCount(newPlayers) },
  { label: 'Sessions', text: ({ sessionCount }) => formatCount(sessionCount) },
  { label: 'Median session', text: ({ medianSessionSeconds }) => formatDuration(medianSessionSeconds) },
  { label: 'Crash-free sessions', text: ({ crashFreeSessions }) => formatShareFine(crashFreeSessions) },
  { label: 'Revenue', text: ({ revenueMicros, currency }) => formatMoney(revenueMicros, currency) },
]

export const comparisonPanels = (segments: string[]): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Figures of the range',
    metric: 'summary',
    shape: 'table',
    size: 'wide',
    ask: (page) => ofEach(segments, page),
    draw: (_first, _page, all) => ({ columns: ['', ...all.map(({ label }) => label ?? '')], rows: FIGURES.map(({ label, text }) => [label, ...all.map(({ answer }) => text(answer.current))]) }),
  }),
  panelOf({
    key: 'active',
    title: 'Daily active players',
    about: 'Players of each segment with at least one event that day.',
    metric: 'timeseries',
    shape: 'time',
    ask: (page) => ofEach(segments, page, { metric: 'active_players', interval: 'day' }),
    draw: ({ interval, timeZone }, _page, all) =>
      overTime(all.map(({ label, answer }, index) => ({ key: label ?? '', label: label ?? '', series: index + 1, points: pointsOf(answer.points, ({ time }) => time, ({ value }) => value) })), { ...COUNTS, shape: 'line', interval, timeZone }),
  }),
  ...retentionPanels('classic', 'day', 'segment', segments).filter(({ key }) => key === 'curve').map((panel) => ({ ...panel, title: 'Retention', size: 'half' as const })),
]
