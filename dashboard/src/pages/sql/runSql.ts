/** One statement at a time: run, stopped, answered or refused. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { ProblemError, sendExactly } from '@/api/client'
import type { SqlRows } from '@/api/types'

export type SqlValue = string | number | bigint | boolean | null | SqlValue[] | { [name: string]: SqlValue }
export interface SqlAnswer extends Omit<SqlRows, 'rows'> {
  rows: SqlValue[][]
  sql: string
  milliseconds: number
}

export function useSqlRun() {
  const answer = shallowRef<SqlAnswer | null>(null)
  const error = shallowRef<Error | null>(null)
  /** What the error is about: the text may have changed since. */
  const failed = ref('')
  const isRunning = ref(false)
  let running: AbortController | null = null

  async function run(sql: string): Promise<void> {
    if (sql.trim() === '') return
    running?.abort()
    const mine = new AbortController()
    running = mine
    isRunning.value = true
    error.value = null
    const began = performance.now()
    try {
      const said = await sendExactly<{ columns: string[]; rows: SqlValue[][]; truncated: boolean }>('POST', 'sql', { sql }, mine.signal)
      if (running === mine) answer.value = { ...said, sql, milliseconds: performance.now() - began }
    } catch (refused) {
      if (running !== mine || (refused instanceof DOMException && refused.name === 'AbortError')) return
      failed.value = sql
      error.value = refused instanceof Error ? refused : new ProblemError(0, 'Something went wrong', String(refused))
    } finally {
      if (running === mine) {
        running = null
        isRunning.value = false
      }
    }
  }

  /** The server ends what nobody waits for. */
  function stop(): void {
    running?.abort()
    running = null
    isRunning.value = false
  }
  onScopeDispose(stop)
  return { answer, error, failed, isRunning, run, stop }
}
