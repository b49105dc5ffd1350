/** Who comes back: by cohort, and as a curve of all cohorts or of each part of the players. */
import { OTHER_COLOR, seriesColors } from '@/charts/look'
import type { QueryValues } from '@/api/client'
import type { MetricAnswer, RetentionColumn } from '@/api/types'
import { SHARES } from '@/charts/scales'
import { formatCount, formatDayTime, formatDimension, formatShare, type Dimension } from '@/format'
import type { PageContext } from '@/panels/pageContext'
import { choiceParameter, listParameter } from '@/composables/urlParams'
import { panelOf, type Panel, type Question } from '@/panels/panel'
import type { CurvePoint } from '@/panels/shapes/curve'
import { rowsOf, type MatrixCell, type MatrixDrawing } from '@/panels/shapes/matrix'

/** What can be chosen on the page; it stands in the address. */
export const KIND = choiceParameter('kind', ['classic', 'rolling', 'bracket'], 'classic')
export const COHORTS = choiceParameter('cohorts', ['day', 'week'], 'day')
export const BY = choiceParameter('by', ['none', 'platform', 'version', 'country', 'segment'], 'none')
/** Which segments are told apart: a panel that is taken along to a board takes them along. */
export const COMPARED = listParameter('compared')

export type Kind = 'classic' | 'rolling' | 'bracket'
export type By = 'none' | Dimension | 'segment'
type Answer = MetricAnswer<'retention'>

const BRACKETS = '1-3,4-7,8-14,15-30'
/** So many curves are told apart at a glance, and asked for at once. */
export const CURVES_MAX = 6
const definitions: Record<Kind, string> = {
  classic: 'Share of the cohort that played exactly n days after their first day.',
  rolling: 'Share of the cohort that played on day n or on any later day. It keeps rising as players return.',
  bracket: 'Share of the cohort that played on at least one day of the span.',
}
const COME_BACK = 'No player of these days could return yet: a day counts once it is over. Come back tomorrow, or choose earlier days.'
const NOBODY_NEW = 'Retention follows players from their first event on, and nobody was new in these days. Choose days in which players were new, or drop a filter.'

export function retentionPanels(kind: Kind, granularity: 'day' | 'week', by: By, segments: string[]): Panel[] {
  const values: QueryValues = { kind, granularity, brackets: kind === 'bracket' ? BRACKETS : undefined }
  return [
    panelOf({
      key: 'curve',
      title: 'Curve',
      about: by === 'none' ? 'All finished cohorts together, each player counting once. The band is the Wilson 95 % confidence interval: few players, wide band.' : by === 'segment' ? `All finished cohorts together, of the first ${CURVES_MAX} segments that are chosen.` : `All finished cohorts together, of the ${CURVES_MAX} commonest values. Choose one in the filters for its interval.`,
      metric: 'retention',
      shape: 'curve',
      size: 'large',
      refetchSeconds: 0,
      ask: (page) => partsOf(by, segments, page).map((part) => ({ ...part, values: { ...part.values, ...values } })),
      draw: (answer, page, all) => {
        const labels = all.map(({ label }) => label ?? '')
        const colors = seriesColors(labels, by === 'none' || by === 'segment' ? [] : page.known[by])
        const curves = all.map(({ answer: one }, index) => {
          const key = labels[index] ?? ''
          return { key, label: nameOf(by, key), series: colors.get(key) ?? OTHER_COLOR, points: curvePoints(one) }
        })
        const drawn = curves.filter(({ points }) => points.length)
        return drawn.length ? { curves: drawn, along: answer.granularity === 'week' ? 'Week' : 'Day', value: 'Share', ...SHARES } : null
      },
      empty: COME_BACK,
    }),
    panelOf({
      key: 'cohorts',
      title: 'Cohorts',
      about: `${definitions[kind]} A cohort is the players whose first event ever fell on that ${granularity}. What is hatched is not finished yet, and in no total.`,
      metric: 'retention',
      shape: 'matrix',
      size: 'large',
      refetchSeconds: 0,
      values,
      note: ({ asOf, timeZone }) => `as of ${formatDayTime(asOf, timeZone)}`,
      draw: triangleOf,
      empty: NOBODY_NEW,
    }),
  ]
}

const nameOf = (by: By, key: string): string => (by === 'none' || by === 'segment' ? key || 'All' : formatDimension(by, key))

/** A question for each part of the players; those that the page's filters leave. */
function partsOf(by: By, segments: string[], { values, known }: PageContext): Question[] {
  if (by === 'none') return [{ values }]
  const chosen = [values[by] ?? []].flat().map(String)
  const parts = by === 'segment' ? segments : chosen.length ? chosen : known[by]
  return parts.slice(0, CURVES_MAX).map((part) => ({ label: part, values: { ...values, [by]: part } }))
}

/** Every player is there on the first day, by definition. */
const isFirstDay = ({ firstDay, lastDay }: RetentionColumn): boolean => firstDay === 0 && !lastDay

/** Without the day of install, which is 100 % by definition, and without columns that no cohort has reached. */
function curvePoints({ columns, total }: Answer): CurvePoint[] {
  return columns.flatMap((column, index) => {
    const one = total[index]
    if (!one || one.share === null || isFirstDay(column)) return []
    const isSpan = column.lastDay !== null && column.lastDay !== column.firstDay
    const notes = [
      { label: 'Low', value: formatShare(one.low) },
      { label: 'High', value: formatShare(one.high) },
      { label: 'Retained', value: formatCount(one.retained) },
      { label: 'Players', value: formatCount(one.size) },
    ]
    return [{ place: isSpan ? index : column.firstDay, label: column.label, value: one.share, low: one.low, high: one.high, notes }]
  })
}

function triangleOf(answer: Answer): MatrixDrawing | null {
  const { columns, total } = answer
  const cellOf = (cell: Answer['cohorts'][number]['cells'][number], size: number, index: number): MatrixCell | null => {
    const column = columns[index]
    if (!column || cell.share === null) return null
    return { text: formatShare(cell.share), heat: isFirstDay(column) ? null : cell.share, complete: cell.complete, tip: `${formatCount(cell.retained)} of ${formatCount(size)} players` }
  }
  const rows = rowsOf(answer, columns.map(({ firstDay }) => firstDay), cellOf)
  if (!rows.length) return null
  return {
    caption: 'Retention by cohort',
    columns: columns.map(({ label }) => label),
    total: total.map(({ share, retained, size }) => ({ text: share === null ? '' : formatShare(share), tip: `${formatCount(retained)} of ${formatCount(size)} players` })),
    rows,
  }
}
