/** Every page of the dashboard, in the order of the navigation. A page is a folder here, and a line in this list. */
import type { Component } from 'vue'
import type { IconName } from '@/components/icons'
import type { Audience } from '@/composables/rights'

/** The headings of the navigation, in its order. */
export const GROUPS = ['Players', 'Gameplay', 'Money', 'Quality', 'Data', 'Settings'] as const
export type Group = (typeof GROUPS)[number]

export interface Page {
  name: string
  path: string
  title: string
  component: () => Promise<Component>
  /** In the navigation, with this sign; a page without one is reached in other ways. */
  icon?: IconName
  /** Under which heading of the navigation; without one it stands at its top. */
  group?: Group
  /** Which of the shared filters mean something on this page. */
  filters?: 'all' | 'days' | 'game'
  /** The days that it shows where the address names none; the usual ones are the last thirty. */
  range?: string
  /** The time zone of its figures, where they can be told in no other. */
  timeZone?: string
  /** In the navigation only of games that were sent something by this protocol. */
  protocol?: string
  /** In the navigation only of these; others who come by its address are told so. */
  audience?: Audience
  /** Stands alone: without the shell, and for people who are not signed in. */
  bare?: true
}

export const pages: readonly Page[] = [
  { name: 'overview', path: '/', title: 'Overview', icon: 'overview', filters: 'all', component: () => import('./overview/OverviewPage.vue') },
  { name: 'boards', path: '/boards', title: 'Boards', icon: 'boards', filters: 'game', component: () => import('./boards/BoardsPage.vue') },
  { name: 'board', path: '/boards/:board', title: 'Board', filters: 'all', component: () => import('./boards/BoardPage.vue') },
  { name: 'shared', path: '/shared', title: 'Shared board', bare: true, component: () => import('./boards/SharedPage.vue') },
  { name: 'live', path: '/live', title: 'Live', icon: 'live', filters: 'game', component: () => import('./live/LivePage.vue') },
  { name: 'retention', path: '/retention', title: 'Retention', icon: 'retention', group: 'Players', filters: 'all', range: '60d', component: () => import('./retention/RetentionPage.vue') },
  { name: 'growth', path: '/growth', title: 'Growth', icon: 'growth', group: 'Players', filters: 'all', component: () => import('./growth/GrowthPage.vue') },
  { name: 'sessions', path: '/sessions', title: 'Sessions', icon: 'sessions', group: 'Players', filters: 'all', component: () => import('./sessions/SessionsPage.vue') },
  { name: 'funnels', path: '/funnels', title: 'Funnels', icon: 'funnels', group: 'Players', filters: 'all', component: () => import('./funnels/FunnelsPage.vue') },
  { name: 'players', path: '/players', title: 'Players', icon: 'players', group: 'Players', filters: 'game', component: () => import('./players/PlayersPage.vue') },
  { name: 'player', path: '/players/:playerId', title: 'Player', filters: 'game', component: () => import('./players/PlayerPage.vue') },
  { name: 'segments', path: '/segments', title: 'Segments', icon: 'segments', group: 'Players', filters: 'all', component: () => import('./segments/SegmentsPage.vue') },
  { name: 'funnel-dropped', path: '/funnels/dropped', title: 'Who dropped', filters: 'all', component: () => import('./funnels/DroppedPage.vue') },
  { name: 'paths', path: '/paths', title: 'Paths', icon: 'paths', group: 'Players', filters: 'all', component: () => import('./paths/PathsPage.vue') },
  { name: 'progression', path: '/progression', title: 'Progression', icon: 'progression', group: 'Gameplay', filters: 'all', component: () => import('./progression/ProgressionPage.vue') },
  { name: 'heatmap', path: '/heatmap', title: 'Heatmap', icon: 'heatmap', group: 'Gameplay', filters: 'all', component: () => import('./heatmap/HeatmapPage.vue') },
  { name: 'playback', path: '/playback', title: 'Playback', icon: 'playback', group: 'Gameplay', filters: 'days', component: () => import('./playback/PlaybackPage.vue') },
  { name: 'leaderboards', path: '/leaderboards', title: 'Leaderboards', icon: 'leaderboards', group: 'Gameplay', filters: 'all', component: () => import('./leaderboards/LeaderboardsPage.vue') },
  { name: 'achievements', path: '/achievements', title: 'Achievements', icon: 'achievements', group: 'Gameplay', filters: 'all', component: () => import('./achievements/AchievementsPage.vue') },
  { name: 'revenue', path: '/revenue', title: 'Revenue', icon: 'revenue', group: 'Money', filters: 'all', range: '60d', component: () => import('./revenue/RevenuePage.vue') },
  { name: 'economy', path: '/economy', title: 'Economy', icon: 'economy', group: 'Money', filters: 'all', component: () => import('./economy/EconomyPage.vue') },
  { name: 'performance', path: '/performance', title: 'Performance', icon: 'performance', group: 'Quality', filters: 'all', component: () => import('./performance/PerformancePage.vue') },
  { name: 'releases', path: '/releases', title: 'Releases', icon: 'releases', group: 'Quality', filters: 'all', component: () => import('./releases/ReleasesPage.vue') },
  { name: 'crashes', path: '/crashes', title: 'Crashes', icon: 'crashes', group: 'Quality', filters: 'all', component: () => import('./crashes/CrashesPage.vue') },
  { name: 'explore', path: '/explore', title: 'Explore', icon: 'explore', group: 'Data', filters: 'all', component: () => import('./explore/ExplorePage.vue') },
  { name: 'metrics', path: '/metrics/:metric?', title: 'Metrics', icon: 'metrics', group: 'Data', filters: 'all', component: () => import('./metrics/MetricsPage.vue') },
  { name: 'events', path: '/events', title: 'Events', icon: 'events', group: 'Data', filters: 'all', component: () => import('./events/EventsPage.vue') },
  { name: 'event', path: '/events/:eventId', title: 'Event', component: () => import('./events/EventPage.vue') },
  { name: 'sql', path: '/sql', title: 'SQL', icon: 'sql', group: 'Data', audience: 'sql', component: () => import('./sql/SqlPage.vue') },
  { name: 'alerts', path: '/alerts', title: 'Alerts', icon: 'alerts', group: 'Quality', filters: 'game', component: () => import('./alerts/AlertsPage.vue') },
  { name: 'usage', path: '/usage', title: 'Tool usage', icon: 'usage', group: 'Data', filters: 'days', timeZone: 'UTC', protocol: 'jwc.v1', component: () => import('./usage/UsagePage.vue') },
  { name: 'data-health', path: '/data-health', title: 'Data health', icon: 'data-health', group: 'Data', filters: 'days', component: () => import('./data-health/DataHealthPage.vue') },
  { name: 'games', path: '/games', title: 'Games', icon: 'games', group: 'Settings', audience: 'some-admin', component: () => import('./games/GamesPage.vue') },
  { name: 'people', path: '/people', title: 'People', icon: 'people', group: 'Settings', audience: 'admin', component: () => import('./people/PeoplePage.vue') },
  { name: 'tokens', path: '/tokens', title: 'Tokens', icon: 'tokens', group: 'Settings', audience: 'some-admin', component: () => import('./tokens/TokensPage.vue') },
  { name: 'data-retention', path: '/data-retention', title: 'Data retention', icon: 'data-retention', group: 'Settings', audience: 'game-admin', filters: 'game', component: () => import('./data-retention/DataRetentionPage.vue') },
  { name: 'player-data', path: '/player-data', title: 'Player data', icon: 'player-data', group: 'Settings', audience: 'game-admin', filters: 'game', component: () => import('./player-data/PlayerDataPage.vue') },
  { name: 'audit', path: '/audit', title: 'Audit', icon: 'audit', group: 'Settings', audience: 'some-admin', component: () => import('./audit/AuditPage.vue') },
  { name: 'mirrors', path: '/mirrors', title: 'Mirrors', icon: 'mirrors', group: 'Settings', audience: 'admin', component: () => import('./mirrors/MirrorsPage.vue') },
  { name: 'server', path: '/server', title: 'Server', icon: 'server', group: 'Settings', audience: 'admin', component: () => import('./server/ServerPage.vue') },
  { name: 'account', path: '/account', title: 'Your account', icon: 'account', group: 'Settings', audience: 'person', component: () => import('./account/AccountPage.vue') },
  { name: 'docs', path: '/docs', title: 'API documentation', bare: true, component: () => import('./docs/DocsPage.vue') },
  { name: 'login', path: '/login', title: 'Sign in', bare: true, component: () => import('./sign-in/LoginPage.vue') },
  { name: 'login-return', path: '/login/return', title: 'Sign in', bare: true, component: () => import('./sign-in/ReturnPage.vue') },
  { name: 'second-factor', path: '/login/second-factor', title: 'Set up a second factor', bare: true, component: () => import('./sign-in/SecondFactorPage.vue') },
  { name: 'password', path: '/password', title: 'Choose a password', bare: true, component: () => import('./sign-in/PasswordPage.vue') },
  { name: 'setup', path: '/setup', title: 'Set up', bare: true, component: () => import('./sign-in/SetupPage.vue') },
  { name: 'not-found', path: '/:path(.*)*', title: 'Not found', component: () => import('./not-found/NotFoundPage.vue') },
]
