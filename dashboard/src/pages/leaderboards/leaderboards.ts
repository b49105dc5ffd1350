/** Who is best, by board. */
import type { RouteLocationRaw } from 'vue-router'
import { formatCount, formatDayTime } from '@/format'
import { choiceParameter, textParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'

/** What can be chosen on the page; it stands in the address. */
export const EVENT = choiceParameter('event', ['score_posted', 'match_end'], 'score_posted')
export const BOARD = textParameter('board')
export const DIRECTION = choiceParameter('direction', ['desc', 'asc'], 'desc')
export const PERIOD = choiceParameter('period', ['range', 'day', 'week', 'month', 'all'], 'range')

export interface BoardChoice {
  event: 'score_posted' | 'match_end'
  board: string
  direction: 'desc' | 'asc'
  period: 'range' | 'day' | 'week' | 'month' | 'all'
}

const NO_SCORES = 'Scores come from score_posted, with a value and a board, or from the value of match_end. Send them, or choose other days.'

export function boardPanels({ event, board, direction, period }: BoardChoice, eventsOf: (player: string) => RouteLocationRaw, boardAddress: (board: string) => RouteLocationRaw): Panel[] {
  const values = { event, board, direction, period }
  return [
    panelOf({
      key: 'entries',
      title: 'Leaderboard',
      metric: 'leaderboard',
      shape: 'table',
      values,
      note: ({ players, board: of }) => `${of ?? 'all modes'}, ${formatCount(players)} players`,
      draw: ({ entries, timeZone }) =>
        entries.length
          ? {
              columns: ['Player', 'Rank', 'Score', 'Achieved', 'Scores'],
              rows: entries.map(({ rank, playerId, score, achievedAt, scores }) => [{ text: playerId, to: eventsOf(playerId) }, formatCount(rank), formatCount(score), formatDayTime(achievedAt, timeZone), formatCount(scores)]),
            }
          : null,
      empty: NO_SCORES,
    }),
    panelOf({
      key: 'boards',
      title: 'Boards',
      about: 'Those with most scores in the period. Each leads to its leaderboard.',
      metric: 'leaderboard',
      shape: 'ranked',
      values,
      list: 'boards',
      draw: ({ boards }) => {
        return boards.length
          ? { first: event === 'match_end' ? 'Mode' : 'Board', columns: ['Scores'], ranks: boards.map((one) => ({ key: one.board, label: one.board, size: one.scores, values: [formatCount(one.scores)], to: boardAddress(one.board) })) }
          : null
      },
      empty: NO_SCORES,
    }),
    panelOf({
      key: 'late',
      title: 'Scores that came too late',
    size: 'wide',
      about: 'They arrived after the ranks were frozen, and are in none of them.',
      metric: 'leaderboard',
      shape: 'table',
      values,
      list: 'late',
      draw: ({ late, timeZone }) =>
        late.length
          ? {
              columns: ['Player', 'Score', 'Achieved', 'Received'],
              rows: late.map(({ playerId, score, time, receivedAt }) => [{ text: playerId, to: eventsOf(playerId) }, formatCount(score), formatDayTime(time, timeZone), formatDayTime(receivedAt, timeZone)]),
            }
          : null,
      empty: 'None in this period.',
    }),
  ]
}
