import type { QueryClient } from '@tanstack/vue-query'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { base } from './address'
import { beginToAskForGames } from './composables/games'
import { fetchMe } from './composables/session'
import { pages, type Page } from './pages/pages'

declare module 'vue-router' {
  interface RouteMeta extends Pick<Page, 'filters' | 'range' | 'timeZone' | 'bare' | 'group' | 'audience'> {
    title: string
  }
}

const routes: RouteRecordRaw[] = [
  // The dashboard's address in older tools.
  { path: '/dashboard/:page(.*)*', redirect: ({ params, query }) => ({ path: `/${[params.page ?? []].flat().join('/')}`, query }) },
  ...pages.map(({ name, path, component, ...meta }) => ({ name, path, component, meta })),
]

export function makeRouter(client: QueryClient) {
  const router = createRouter({
    history: createWebHistory(base.pathname),
    routes,
    // A page whose address names a part of it goes there by itself, once it is there.
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path || to.hash ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    beginToLoad(to)
    if (to.meta.bare && to.name !== 'setup') return true
    const me = await fetchMe(client).catch(() => null)
    // Without an answer the page itself will say that there is none.
    if (!me) return true
    const mayRead = me.open || me.user !== null
    // The server answers nothing else before.
    if (me.secondFactorMissing) return { name: 'second-factor', query: { next: to.fullPath } }
    if (mayRead) beginToAskForGames(client)
    if (to.name !== 'setup') return mayRead || { name: 'login', query: { next: to.fullPath } }
    if (me.setupNeeded) return true
    return mayRead ? { name: 'overview' } : { name: 'login', query: { from: 'setup' } }
  })
  router.afterEach((to) => {
    document.title = to.meta.title ? `${to.meta.title} · playtrace` : 'playtrace'
  })
  return router
}

/** A page comes while the server is asked who is here. What it lacks then the router says: it loads it again. */
function beginToLoad({ matched }: RouteLocationNormalized): void {
  for (const { components } of matched) {
    const component = components?.default
    if (typeof component === 'function') (component as () => Promise<unknown>)().catch(() => undefined)
  }
}
