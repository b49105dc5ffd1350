/** Boards to begin with, by genre. */
import type { BoardRange } from './board'
import type { Settings } from './sources'

type Begun = { page: string; panel: string; title?: string; width?: number; height?: number; settings?: Settings } | { text: string }

export interface Starter {
  title: string
  /** For whom. */
  about: string
  range: BoardRange
  tiles: Begun[]
}

const HALF = { width: 6 }
const THIRD = { width: 4 }

export const STARTERS: readonly Starter[] = [
  {
    title: 'Shooter or arena',
    about: 'How many play together, who wins, and whether it runs smoothly.',
    range: '30d',
    tiles: [
      { page: 'overview', panel: 'summary' },
      { page: 'sessions', panel: 'concurrent', ...HALF },
      { page: 'performance', panel: 'fps', ...HALF, settings: { split: ['version'] } },
      { page: 'retention', panel: 'curve', title: 'Retention', ...HALF },
      { page: 'leaderboards', panel: 'entries', ...HALF, settings: { event: ['match_end'] } },
      { page: 'crashes', panel: 'rate', ...HALF },
      { page: 'sessions', panel: 'length', ...HALF },
    ],
  },
  {
    title: 'Free to play',
    about: 'Who comes back, who pays, and what the economy does.',
    range: '30d',
    tiles: [
      { page: 'revenue', panel: 'figures' },
      { page: 'overview', panel: 'players', ...THIRD },
      { page: 'retention', panel: 'curve', title: 'Retention', ...THIRD },
      { page: 'revenue', panel: 'ltv', ...THIRD },
      { page: 'revenue', panel: 'revenue', ...HALF },
      { page: 'revenue', panel: 'conversion', ...HALF },
      { page: 'economy', panel: 'inflation', ...HALF },
      { page: 'revenue', panel: 'spenders', ...HALF },
    ],
  },
  {
    title: 'Puzzle or levels',
    about: 'Where players get stuck, and how far they come.',
    range: '30d',
    tiles: [
      { page: 'progression', panel: 'hardship', width: 12 },
      { page: 'funnels', panel: 'funnel', ...HALF },
      { page: 'achievements', panel: 'achievements', ...HALF },
      { page: 'retention', panel: 'curve', title: 'Retention', ...HALF },
      { page: 'sessions', panel: 'playtime', ...HALF },
    ],
  },
  {
    title: 'Release day',
    about: 'For the screen on the wall while a version goes out.',
    range: '7d',
    tiles: [
      { page: 'overview', panel: 'summary' },
      { page: 'releases', panel: 'verdict', title: 'The newest version against the one before' },
      { page: 'releases', panel: 'adoption', ...HALF },
      { page: 'overview', panel: 'crashes', ...HALF, settings: { split: ['version'] } },
      { page: 'crashes', panel: 'texts', ...HALF },
      { page: 'performance', panel: 'fps', ...HALF, settings: { split: ['version'] } },
    ],
  },
  {
    title: 'Playtest',
    about: 'What a few people did today, and what stopped them.',
    range: 'today',
    tiles: [
      { text: 'What are we trying today? Write it here, so that everybody looks at the same.' },
      { page: 'overview', panel: 'summary' },
      { page: 'sessions', panel: 'endings', ...HALF },
      { page: 'progression', panel: 'hardship', ...HALF },
      { page: 'paths', panel: 'paths' },
      { page: 'crashes', panel: 'texts', ...HALF },
    ],
  },
]
