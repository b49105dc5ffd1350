/** Which questions a panel asks, to be kept with a board: by a link to it they are answered, and no others. */
import type { QueryValues } from '@/api/client'
import type { Dimensions } from '@/api/types'
import { COMPARE, PRESETS } from '@/composables/pageState'
import { questionsOf } from '@/panels/beside'
import { contextOf, type Kept, type PageContext } from '@/panels/pageContext'
import { daysBetween } from '@/timeRanges'
import { SIZES, USUAL_SIZE, type BoardRange, type PanelTile } from './board'
import { panelsOf, type Settings } from './sources'

/** Which game it is, of which days, is said by the board; it decides so when somebody looks. */
const DECIDED_BY_BOARD = new Set(['gameId', 'from', 'to', 'timeZone'])
const FILTERS = ['platform', 'version', 'country', 'env'] as const

export interface RecordedOf {
  gameId: string
  timeZone: string
  today: string
  dimensions: Dimensions | undefined
}

/** The filters among the choices of a panel, and what it is compared with, which it keeps on every board. */
export const keptOf = (settings: Settings): Kept => ({
  filters: Object.fromEntries(FILTERS.flatMap((name) => (settings[name]?.length ? [[name, name === 'env' ? settings[name][0] : settings[name]]] : []))),
  compare: settings.compare ? COMPARE.parse(settings.compare) : undefined,
})

function contextOfRange(range: BoardRange, { gameId, timeZone, today, dimensions }: RecordedOf, { filters, compare }: Kept): PageContext {
  const preset = PRESETS.find(({ key }) => key === range)
  const days = preset?.span(today) ?? { from: today, to: today }
  return contextOf({ gameId, ...filters }, timeZone, { ...days, today }, compare, dimensions)
}

function plain(values: QueryValues): Settings {
  const kept = Object.entries(values).filter(([name]) => !DECIDED_BY_BOARD.has(name))
  return Object.fromEntries(kept.flatMap(([name, value]) => {
    const list = [value].flat().filter((one) => one !== undefined && one !== null && one !== '').map(String)
    return list.length ? [[name, list]] : []
  }))
}

/** The tile of a panel, with the questions that it asks. Null where there is no such panel, or where it asks nothing. */
export async function recorded(tile: Pick<PanelTile, 'id' | 'page' | 'panel' | 'settings'> & Partial<PanelTile>, range: BoardRange, of: RecordedOf): Promise<PanelTile | null> {
  const panel = (await panelsOf(tile.page, tile.settings)).find(({ key }) => key === tile.panel)
  if (!panel) return null
  const questions = questionsOf(panel, contextOfRange(range, of, keptOf(tile.settings)))
  if (!questions.length) return null
  const daysBack = (day: unknown): number | undefined => (typeof day === 'string' && day !== '' ? Math.max(0, daysBetween(day.slice(0, 10), of.today)) : undefined)
  return {
    title: '',
    ...USUAL_SIZE,
    ...SIZES[panel.shape],
    ...tile,
    kind: 'panel',
    metric: panel.metric,
    questions: questions.map(({ label, values, isFixed }) => ({
      label,
      values: plain(values),
      ...(isFixed ? { fromDay: String(values.from), toDay: String(values.to) } : { fromDaysBack: daysBack(values.from), toDaysBack: daysBack(values.to) }),
    })),
  }
}
