/** Who has which achievement, and how long it took. */
import { formatCount, formatDuration, formatShare } from '@/format'
import { choiceParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'

/** What can be chosen on the page; it stands in the address. */
export const OF = choiceParameter('of', ['active', 'ever'], 'active')

export const achievementPanels = (of: 'active' | 'ever'): Panel[] => [
  panelOf({
    key: 'achievements',
    title: 'Achievements',
    about: 'The rarest first. A bar is as long as the part of the players who have it.',
    metric: 'achievements',
    shape: 'ranked',
    size: 'wide',
    values: { of },
    note: ({ achievementCount, players }) => `${formatCount(achievementCount)} among ${formatCount(players)} players`,
    draw: ({ achievements }) =>
      achievements.length
        ? {
            first: 'Achievement',
            columns: ['Players', 'Share', 'Unlocked in these days', 'Median time to it'],
            ranks: achievements.map(({ achievement, players, share, unlockedInRange, medianSeconds }) => ({
              key: achievement, label: achievement, size: players, values: [formatCount(players), formatShare(share), formatCount(unlockedInRange), formatDuration(medianSeconds)],
            })),
          }
        : null,
    empty: 'Achievements come from achievement_unlocked, with the property achievement. Send it, or choose other days.',
  }),
]
