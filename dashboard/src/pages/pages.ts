/** Every page of the dashboard, in the order of the navigation. A page is a folder here, and a line in this list. */
import type { Component } from 'vue'
import type { IconName } from '@/components/icons'

export interface Page {
  name: string
  path: string
  title: string
  component: () => Promise<Component>
  /** In the navigation, with this sign; a page without one is reached in other ways. */
  icon?: IconName
  /** Which of the shared filters mean something on this page. */
  filters?: 'all' | 'days' | 'game'
  /** The days that it shows where the address names none; the usual ones are the last thirty. */
  range?: string
  /** The time zone of its figures, where they can be told in no other. */
  timeZone?: string
  /** In the navigation only of games that were sent something by this protocol. */
  protocol?: string
  /** In the navigation only of those who may change what is configured. */
  admin?: true
  /** Stands alone: without the shell, and for people who are not signed in. */
  bare?: true
}

export const pages: readonly Page[] = [
  { name: 'overview', path: '/', title: 'Overview', icon: 'overview', filters: 'all', component: () => import('./overview/OverviewPage.vue') },
  { name: 'live', path: '/live', title: 'Live', icon: 'live', filters: 'game', component: () => import('./live/LivePage.vue') },
  { name: 'retention', path: '/retention', title: 'Retention', icon: 'retention', filters: 'all', range: '60d', component: () => import('./retention/RetentionPage.vue') },
  { name: 'heatmap', path: '/heatmap', title: 'Heatmap', icon: 'heatmap', filters: 'all', component: () => import('./heatmap/HeatmapPage.vue') },
  { name: 'metrics', path: '/metrics/:metric?', title: 'Metrics', icon: 'metrics', filters: 'all', component: () => import('./metrics/MetricsPage.vue') },
  { name: 'events', path: '/events', title: 'Events', icon: 'events', filters: 'all', component: () => import('./events/EventsPage.vue') },
  { name: 'alerts', path: '/alerts', title: 'Alerts', icon: 'alerts', filters: 'game', component: () => import('./alerts/AlertsPage.vue') },
  { name: 'usage', path: '/usage', title: 'Tool usage', icon: 'usage', filters: 'days', timeZone: 'UTC', protocol: 'jwc.v1', component: () => import('./usage/UsagePage.vue') },
  { name: 'data-health', path: '/data-health', title: 'Data health', icon: 'data-health', filters: 'days', component: () => import('./data-health/DataHealthPage.vue') },
  { name: 'mirrors', path: '/mirrors', title: 'Mirrors', icon: 'mirrors', admin: true, component: () => import('./mirrors/MirrorsPage.vue') },
  { name: 'docs', path: '/docs', title: 'API documentation', bare: true, component: () => import('./docs/DocsPage.vue') },
  { name: 'login', path: '/login', title: 'Sign in', bare: true, component: () => import('./sign-in/LoginPage.vue') },
  { name: 'setup', path: '/setup', title: 'Set up', bare: true, component: () => import('./sign-in/SetupPage.vue') },
  { name: 'not-found', path: '/:path(.*)*', title: 'Not found', component: () => import('./not-found/NotFoundPage.vue') },
]
