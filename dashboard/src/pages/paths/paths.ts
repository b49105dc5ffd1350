/** What people do one after the other. */
import { formatCount, formatShare } from '@/format'
import { choiceParameter, textParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'

export const LENGTHS = ['3', '4', '5', '6', '8'] as const
/** What can be chosen on the page; it stands in the address. */
export const UNIT = choiceParameter('unit', ['session', 'player'], 'session')
export const LENGTH = choiceParameter('length', LENGTHS, '5')
export const START = textParameter('start')
export const END = textParameter('end')

export interface PathChoice {
  unit: 'session' | 'player'
  length: string
  start: string
  end: string
}

export function pathPanels({ unit, length, start, end }: PathChoice): Panel[] {
  const values = { unit, length, start, end }
  const units = unit === 'session' ? 'Sessions' : 'Players'
  return [
    panelOf({
      key: 'paths',
      title: 'Paths',
      metric: 'paths',
      shape: 'flow',
      size: 'wide',
      values,
      note: (answer) => `${formatCount(answer.units)} ${units.toLowerCase()}`,
      draw: ({ nodes, links }) => (links.length ? { units, nodes: nodes.map(({ node, ...rest }) => ({ ...rest, name: node })), links } : null),
      empty: 'Nothing in these days has a second step. Choose other days, or another start or end.',
    }),
    panelOf({
      key: 'nodes',
      title: 'By step',
      metric: 'paths',
      shape: 'table',
      size: 'wide',
      values,
      list: 'nodes',
      draw: ({ nodes }) => (nodes.length ? { columns: ['Event', 'Step', units, 'Of all that come so far'], rows: nodes.map(({ node, column, units: count, share }) => [node, String(column), formatCount(count), formatShare(share)]) } : null),
    }),
  ]
}
