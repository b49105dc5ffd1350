/** The state of a page lives in its URL: this turns query parameters into refs. */
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router'

type Raw = LocationQueryValue | LocationQueryValue[] | undefined

export interface Parameter<T> {
  name: string
  /** What an absent or meaningless parameter stands for; never written to the URL. */
  parse: (raw: Raw) => T
  format: (value: T) => string | string[] | undefined
}

const first = (raw: Raw): string | undefined => (Array.isArray(raw) ? raw[0] : raw) ?? undefined

export const textParameter = (name: string, fallback = ''): Parameter<string> => ({
  name,
  parse: (raw) => first(raw) || fallback,
  format: (value) => (value === fallback ? undefined : value),
})

export const listParameter = (name: string): Parameter<string[]> => ({
  name,
  parse: (raw) => (Array.isArray(raw) ? raw : [raw]).filter((value) => typeof value === 'string' && value !== '') as string[],
  format: (value) => (value.length ? value : undefined),
})

export const choiceParameter = <const T extends string>(name: string, choices: readonly T[], fallback: T): Parameter<T> => ({
  name,
  parse: (raw) => choices.find((choice) => choice === first(raw)) ?? fallback,
  format: (value) => (value === fallback ? undefined : value),
})

export const numberParameter = (name: string): Parameter<number | null> => ({
  name,
  parse: (raw) => {
    const value = Number(first(raw) ?? Number.NaN)
    return Number.isFinite(value) ? value : null
  },
  format: (value) => (value === null ? undefined : String(value)),
})

/** Reading follows the URL; writing is a step in the history, so that the back button undoes it. */
export function useUrlParam<T>(parameter: Parameter<T>): WritableComputedRef<T> {
  const route = useRoute()
  const change = useUrlChange()
  return computed({
    get: () => parameter.parse(route.query[parameter.name]),
    set: (value) => change({ [parameter.name]: parameter.format(value) }),
  })
}

/** Several parameters in one step of the history. */
export function useUrlChange(): (changes: Record<string, string | string[] | undefined>) => void {
  const route = useRoute()
  const router = useRouter()
  return (changes) => {
    const query = { ...route.query, ...changes }
    void router.push({ path: route.path, query })
  }
}
