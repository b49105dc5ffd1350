/** Where the panels of a board come from: the pages, each with what is chosen on it. A page is loaded when one of its panels is needed. */
import type { RouteLocationRaw } from 'vue-router'
import type { Parameter } from '@/composables/urlParams'
import type { Panel } from '@/panels/panel'
import { SPLIT } from '@/panels/split'

/** Choices as they stand in an address, where a name may stand several times. */
export type Settings = Record<string, string[]>

interface Chosen {
  read: <T>(parameter: Parameter<T>) => T
  /** The event log, of what is chosen by these parameters. */
  events: (query: Record<string, string>) => RouteLocationRaw
  /** A page, with some of its choices. */
  page: (name: string, query: Record<string, string | string[] | undefined>) => RouteLocationRaw
  player: (playerId: string) => RouteLocationRaw
}

type Source = (chosen: Chosen) => Panel[]

const loaders = {
  overview: async (): Promise<Source> => {
    const { overviewPanels } = await import('../overview/overview')
    return ({ read }) => overviewPanels(read(SPLIT))
  },
  retention: async (): Promise<Source> => {
    const { retentionPanels, KIND, COHORTS, BY, COMPARED } = await import('../retention/retention')
    return ({ read }) => retentionPanels(read(KIND), read(COHORTS), read(BY), read(COMPARED))
  },
  growth: async (): Promise<Source> => {
    const { growthPanels, WINDOW } = await import('../growth/growth')
    return ({ read, page }) => growthPanels(read(WINDOW), read(SPLIT), (country) => page('growth', { country }))
  },
  sessions: async (): Promise<Source> => {
    const { sessionPanels } = await import('../sessions/sessions')
    return ({ read }) => sessionPanels(read(SPLIT))
  },
  funnels: async (): Promise<Source> => {
    const [{ funnelPanels }, { stepsOf, STEPS, WINDOW, ORDER, UNIT }] = await Promise.all([import('../funnels/funnels'), import('../funnels/choice')])
    return ({ read, page }) =>
      funnelPanels({ step: stepsOf(read(STEPS)), window: read(WINDOW), order: read(ORDER), unit: read(UNIT) }, read(SPLIT), (step) => page('funnel-dropped', step === 1 ? {} : { droppedAt: String(step) }))
  },
  paths: async (): Promise<Source> => {
    const { pathPanels, UNIT, LENGTH, START, END } = await import('../paths/paths')
    return ({ read }) => pathPanels({ unit: read(UNIT), length: read(LENGTH), start: read(START), end: read(END) })
  },
  progression: async (): Promise<Source> => {
    const { progressionPanels, ORDER } = await import('../progression/progression')
    return ({ read }) => progressionPanels(read(ORDER))
  },
  leaderboards: async (): Promise<Source> => {
    const { boardPanels, EVENT, BOARD, DIRECTION, PERIOD } = await import('../leaderboards/leaderboards')
    return ({ read, events, page }) =>
      boardPanels({ event: read(EVENT), board: read(BOARD), direction: read(DIRECTION), period: read(PERIOD) }, (playerId) => events({ playerId }), (board) => page('leaderboards', { board }))
  },
  achievements: async (): Promise<Source> => {
    const { achievementPanels, OF } = await import('../achievements/achievements')
    return ({ read }) => achievementPanels(read(OF))
  },
  revenue: async (): Promise<Source> => {
    const { revenuePanels, COHORTS } = await import('../revenue/revenue')
    return ({ read }) => revenuePanels(read(SPLIT), read(COHORTS))
  },
  economy: async (): Promise<Source> => {
    const { economyPanels, RESOURCE } = await import('../economy/economy')
    return ({ read, events }) => economyPanels(read(RESOURCE), (playerId) => events({ playerId }))
  },
  performance: async (): Promise<Source> => {
    const { performancePanels, PARTS } = await import('../performance/performance')
    return ({ read }) => performancePanels(read(PARTS))
  },
  releases: async (): Promise<Source> => {
    const { releasePanels, A, B } = await import('../releases/releases')
    return ({ read }) => releasePanels(read(A), read(B))
  },
  crashes: async (): Promise<Source> => {
    const { crashPanels } = await import('../crashes/crashes')
    return ({ read, events }) => crashPanels(read(SPLIT), events({ type: 'crash' }))
  },
  explore: async (): Promise<Source> => {
    const [{ explorePanels }, { explorationOf }] = await Promise.all([import('../explore/explore'), import('../explore/exploration')])
    return ({ read, page, player }) => explorePanels(explorationOf(read), (changes) => page('explore', changes), player)
  },
}

export type PageOfPanels = keyof typeof loaders
/** The pages that have panels, in the order in which they are offered. */
export const PAGES = Object.keys(loaders) as PageOfPanels[]
export const hasPanels = (page: string): page is PageOfPanels => Object.hasOwn(loaders, page)

/** The panels of a page as somebody chose them. Empty for a page that there is not: a board may be of a newer version. */
export async function panelsOf(page: string, settings: Settings, shared: Record<string, unknown> = {}): Promise<Panel[]> {
  if (!hasPanels(page)) return []
  const source = await loaders[page]()
  return source({
    read: (parameter) => parameter.parse(settings[parameter.name]),
    events: (query) => ({ name: 'events', query: { ...shared, ...query } as Record<string, string> }),
    page: (name, query) => ({ name, query: { ...shared, ...settings, ...query } as Record<string, string> }),
    player: (playerId) => ({ name: 'player', params: { playerId }, query: { ...shared } as Record<string, string> }),
  })
}
