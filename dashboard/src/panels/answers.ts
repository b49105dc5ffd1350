import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { readExactly } from '@/api/client'
import { questionsOf } from './beside'
import type { PageContext } from './pageContext'
import type { Asked, Panel } from './panel'
import { useShared } from './shared'

const REFETCH_SECONDS = 30

/**
 * The answers to a panel's questions, told together. They are asked for while the panel is in view, and what another
 * panel asks too is asked once. The answers of before stay until the new ones are there.
 */
export function useAnswers(panel: () => Panel, page: Ref<PageContext>, isInView: Ref<boolean>) {
  const shared = useShared()
  const questions = computed(() => (shared ? [] : questionsOf(panel(), page.value)))
  // An answer of any shape is a deep type: it is told what it is where it is drawn.
  return useQuery<Asked<object>[]>({
    queryKey: computed(() => (shared ? ['shared tile', panel().key] : ['metric', panel().metric, questions.value])),
    // One after the other: a panel of many questions leaves connections, and turns at the server, to the others.
    queryFn: async ({ signal }) => {
      if (shared) return shared.answers(panel().key, signal)
      const answered: Asked<object>[] = []
      for (const question of questions.value) answered.push({ ...question, answer: await readExactly<object>(`metrics/${panel().metric}`, question.values, signal) })
      return answered
    },
    enabled: computed(() => isInView.value && (shared !== null || (Boolean(page.value.values.gameId) && questions.value.length > 0))),
    placeholderData: keepPreviousData,
    refetchInterval: () => (panel().refetchSeconds ?? REFETCH_SECONDS) * 1000 || false,
  })
}
