/** Panels for whoever has a link to a board: what is asked is decided by the server, and nothing leads elsewhere. */
import { inject, provide, type InjectionKey } from 'vue'
import type { Kept, PageContext } from './pageContext'
import type { Asked } from './panel'

interface Shared {
  contextOf: (kept?: Kept) => PageContext
  /** The answers to the questions of the panel with this key. */
  answers: (key: string, signal: AbortSignal) => Promise<Asked<object>[]>
}

const SHARED: InjectionKey<Shared> = Symbol('a board that is seen by a link')

export const provideShared = (shared: Shared): void => provide(SHARED, shared)
/** Null where somebody looks who is signed in. */
export const useShared = (): Shared | null => inject(SHARED, null)

/** A drawing whose names lead nowhere. */
export function withoutLinks(drawing: object): object {
  if ('ranks' in drawing && Array.isArray(drawing.ranks)) return { ...drawing, ranks: (drawing.ranks as object[]).map((rank) => ({ ...rank, to: undefined })) }
  if ('steps' in drawing && Array.isArray(drawing.steps)) return { ...drawing, steps: (drawing.steps as object[]).map((step) => ({ ...step, dropped: undefined })) }
  if ('rows' in drawing && Array.isArray(drawing.rows) && drawing.rows.every(Array.isArray)) {
    return { ...drawing, rows: (drawing.rows as unknown[][]).map((row) => row.map((cell) => (typeof cell === 'object' && cell ? { ...cell, to: undefined } : cell))) }
  }
  return drawing
}
