/** Who went no further than a step of a funnel, as a list of players. */
import type { RouteLocationRaw } from 'vue-router'
import { formatCount, formatDayTime } from '@/format'
import { panelOf, type Panel } from '@/panels/panel'
import type { FunnelChoice } from './funnels'

export const droppedPanel = (choice: FunnelChoice, step: number, playerLink: (playerId: string) => RouteLocationRaw): Panel =>
  panelOf({
    key: 'dropped',
    title: choice.order === 'any' ? `After ${step} ${step === 1 ? 'step' : 'steps'}` : `After ${step}. ${choice.step[step - 1] ?? ''}`,
    about: `Players whose attempt filled step ${step} and none behind it, and is over: the last to begin first.`,
    metric: 'funnel',
    shape: 'table',
    size: 'wide',
    list: 'dropped',
    values: { ...choice, droppedAt: String(step) },
    note: ({ dropped, droppedTotal }) => (dropped && droppedTotal && droppedTotal > dropped.length ? `${formatCount(dropped.length)} of ${formatCount(droppedTotal)} players` : `${formatCount(droppedTotal)} players`),
    draw: ({ dropped, timeZone }) => (dropped?.length ? { columns: ['Player', 'Began'], rows: dropped.map(({ playerId, beganAt }) => [{ text: playerId, to: playerLink(playerId) }, formatDayTime(beganAt, timeZone)]) } : null),
    empty: 'Nobody stopped at this step in these days.',
  })
