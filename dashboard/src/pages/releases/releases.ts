/** One version of the game against another, with a verdict in words. */
import { OTHER_COLOR, seriesColors } from '@/charts/look'
import type { MetricAnswer } from '@/api/types'
import { formatCount, formatDecimal, formatDimension, formatDuration, formatMilliseconds, formatPoints, formatShareFine, type Formatter } from '@/format'
import { textParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'
import type { Cell } from '@/panels/shapes/table'
import { BY_DAY, overTime, pointsOf } from '@/panels/shapes/time'

/** What can be chosen on the page; it stands in the address. */
export const A = textParameter('a')
export const B = textParameter('b')

type Compared = MetricAnswer<'release_compare'>['figures'][number]
type FigureName = Compared['figure']

interface Told {
  label: string
  format: Formatter
  isShare?: boolean
  higherIsBetter: boolean
}

const FIGURES: Record<FigureName, Told> = {
  crash_free_sessions: { label: 'Crash-free sessions', format: formatShareFine, isShare: true, higherIsBetter: true },
  crash_free_players: { label: 'Crash-free players', format: formatShareFine, isShare: true, higherIsBetter: true },
  avg_fps: { label: 'Frames a second', format: formatDecimal, higherIsBetter: true },
  session_p99_ms: { label: 'Frame time p99 of a session', format: formatMilliseconds, higherIsBetter: false },
  load_cold_p50_ms: { label: 'Loading, median', format: formatMilliseconds, higherIsBetter: false },
  d1_retention: { label: 'D1 retention', format: formatShareFine, isShare: true, higherIsBetter: true },
  session_seconds: { label: 'Length of a session', format: formatDuration, higherIsBetter: true },
}

export type Verdict = 'better' | 'worse' | 'no difference' | 'not known'

/** Only a difference whose whole interval lies on one side of zero is one. */
export function verdictOf({ figure, low, high }: Pick<Compared, 'figure' | 'low' | 'high'>): Verdict {
  if (low === null || high === null) return 'not known'
  if (low <= 0 && high >= 0) return 'no difference'
  return low > 0 === FIGURES[figure].higherIsBetter ? 'better' : 'worse'
}

function rowOf(one: Compared): Cell[] {
  const { label, format, isShare } = FIGURES[one.figure]
  const difference: Formatter = isShare ? formatPoints : (value) => (value && value > 0 ? '+' : '') + format(value)
  const verdict = verdictOf(one)
  return [
    label, format(one.a), format(one.b), difference(one.difference), one.low === null ? '–' : `${difference(one.low)} to ${difference(one.high)}`,
    { text: verdict, mood: verdict === 'better' ? 'good' : verdict === 'worse' ? 'bad' : 'soft' }, `${formatCount(one.aCount)} · ${formatCount(one.bCount)}`,
  ]
}

/** The verdict as a person would say it. */
export function inWords({ a, b, figures, enoughData, platformCount }: MetricAnswer<'release_compare'>): string {
  const told = (verdict: Verdict): string => figures.filter((one) => verdictOf(one) === verdict).map(({ figure }) => FIGURES[figure].label).join(', ')
  const [better, worse] = [told('better'), told('worse')]
  const parts = [...(worse ? [`worse in: ${worse}`] : []), ...(better ? [`better in: ${better}`] : [])]
  const verdict = parts.length ? `${b} is ${parts.join('; ')}.` : `Between ${a} and ${b} there is no difference beyond chance.`
  const less = enoughData ? '' : ' One of them has fewer than 500 sessions so far: look again when there are more.'
  return `${verdict}${less} Compared on the ${formatCount(platformCount)} ${platformCount === 1 ? 'platform' : 'platforms'} that both have.`
}

export const releasePanels = (a: string, b: string): Panel[] => [
  panelOf({
    key: 'verdict',
    title: 'Verdict',
    about: 'A difference counts where all of its 95 % interval lies on one side of zero.',
    metric: 'release_compare',
    shape: 'table',
    size: 'wide',
    list: 'figures',
    values: { a, b },
    note: (answer) => (answer.a && answer.b ? `${answer.b} against ${answer.a}` : ''),
    draw: (answer) =>
      answer.a && answer.b ? { words: inWords(answer), columns: ['Figure', answer.a, answer.b, 'Difference', '95 % sure', 'Verdict', 'Counted'], rows: answer.figures.map(rowOf) } : null,
    empty: 'In these days there are no two versions to compare. Choose more days, or send the version of the game with its events.',
  }),
  panelOf({
    key: 'adoption',
    title: 'Players by version',
    about: 'Each player who is active on a day counts for the version of their last session.',
    metric: 'adoption',
    shape: 'time',
    list: 'days',
    draw: ({ versions, days }, page) => {
      const colors = seriesColors(versions, page.known.version)
      const series = versions.map((key, index) => ({
        key,
        label: formatDimension('version', key),
        series: colors.get(key) ?? OTHER_COLOR,
        points: pointsOf(days, ({ day }) => day, ({ shares }) => shares[index]?.players ?? 0),
      }))
      return overTime(series, { shape: 'bars', ...BY_DAY, format: formatCount, formatAxis: formatCount })
    },
  }),
  panelOf({
    key: 'stability',
    title: 'Stability by version',
    metric: 'crash_free',
    shape: 'ranked',
    list: 'parts',
    values: { splitBy: 'version' },
    draw: ({ parts }) =>
      parts.length
        ? {
            first: 'Version',
            columns: ['Crash-free', '95 % sure', 'Sessions'],
            ranks: parts.map((one) => ({
              key: one.part, label: formatDimension('version', one.part), size: one.sessions,
              values: [formatShareFine(one.crashFreeSessions), `${formatShareFine(one.crashFreeSessionsLow)} – ${formatShareFine(one.crashFreeSessionsHigh)}`, formatCount(one.sessions)],
            })),
          }
        : null,
  }),
]
