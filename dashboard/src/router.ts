import type { QueryClient } from '@tanstack/vue-query'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { base } from './address'
import { fetchMe } from './composables/session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    /** Pages that stand alone: without the shell, and for people who are not signed in. */
    bare?: true
    /** Which of the shared filters mean something on this page. */
    filters?: 'all' | 'days' | 'game'
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'overview', component: () => import('./pages/OverviewPage.vue'), meta: { title: 'Overview', filters: 'all' } },
  { path: '/live', name: 'live', component: () => import('./pages/LivePage.vue'), meta: { title: 'Live', filters: 'game' } },
  { path: '/retention', name: 'retention', component: () => import('./pages/RetentionPage.vue'), meta: { title: 'Retention', filters: 'all' } },
  { path: '/heatmap', name: 'heatmap', component: () => import('./pages/HeatmapPage.vue'), meta: { title: 'Heatmap', filters: 'all' } },
  { path: '/events', name: 'events', component: () => import('./pages/EventsPage.vue'), meta: { title: 'Events', filters: 'all' } },
  { path: '/data-health', name: 'data-health', component: () => import('./pages/DataHealthPage.vue'), meta: { title: 'Data health', filters: 'days' } },
  { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue'), meta: { title: 'Sign in', bare: true } },
  { path: '/setup', name: 'setup', component: () => import('./pages/SetupPage.vue'), meta: { title: 'Set up', bare: true } },
  { path: '/docs', name: 'docs', component: () => import('./pages/DocsPage.vue'), meta: { title: 'API documentation', bare: true } },
  // The dashboard's address in older tools.
  { path: '/dashboard/:page(.*)*', redirect: ({ params, query }) => ({ path: `/${[params.page ?? []].flat().join('/')}`, query }) },
  { path: '/:path(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'Not found' } },
]

export function makeRouter(client: QueryClient) {
  const router = createRouter({
    history: createWebHistory(base.pathname),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    if (to.meta.bare && to.name !== 'setup') return true
    const me = await fetchMe(client).catch(() => null)
    // Without an answer the page itself will say that there is none.
    if (!me) return true
    const mayRead = me.open || me.user !== null
    if (to.name !== 'setup') return mayRead || { name: 'login', query: { next: to.fullPath } }
    if (me.setupNeeded) return true
    return mayRead ? { name: 'overview' } : { name: 'login', query: { from: 'setup' } }
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${to.meta.title} · playtrace` : 'playtrace'
  })
  return router
}
