import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import { QueryCache, QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { ProblemError } from './api/client'
import App from './App.vue'
import { makeRouter } from './router'

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session has ended: ask who is here again, and the router leads to the login page.
      const route = router.currentRoute.value
      if (error instanceof ProblemError && error.status === 401 && !route.meta.bare) {
        client.removeQueries({ queryKey: ['me'] })
        void router.replace({ name: 'login', query: { next: route.fullPath } })
      }
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Answers are replaced, never changed: nothing watches each of a hundred thousand events.
      shallow: true,
      retry: (failures, error) => failures < 2 && !(error instanceof ProblemError && error.status >= 400 && error.status < 500),
    },
  },
})
const router = makeRouter(client)

createApp(App).use(VueQueryPlugin, { queryClient: client }).use(router).mount('#app')
