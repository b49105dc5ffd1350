/** Boards: tiles in their order, which flow into a grid of twelve columns. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { read } from '@/api/client'
import type { Board, BoardDocument, BoardList, BoardTile } from '@/api/types'

export type PanelTile = Extract<BoardTile, { kind: 'panel' }>
export type TextTile = Extract<BoardTile, { kind: 'text' }>
export type BoardRange = BoardDocument['range']

export const COLUMNS = 12
export const WIDTH_MIN = 2
export const ROWS_MAX = 20
export const TILES_MAX = 40

export const RANGES: readonly { value: BoardRange; label: string }[] = [
  { value: 'today', label: 'Today' },
  { value: 'yesterday', label: 'Yesterday' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '60d', label: '60 days' },
  { value: '90d', label: '90 days' },
]

export const useBoards = (gameId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => ['boards', 'of game', gameId.value]),
    queryFn: ({ signal }) => read<BoardList>('boards', { gameId: gameId.value }, signal).then(({ boards }) => boards),
    enabled: computed(() => gameId.value !== ''),
  })

export const boardPath = (id: string): string => `boards/${encodeURIComponent(id)}`
export const readBoard = (id: string, signal?: AbortSignal): Promise<Board> => read<Board>(boardPath(id), {}, signal)

/** An id that no tile of a board has. */
export function freeId(tiles: readonly BoardTile[]): string {
  const taken = new Set(tiles.map(({ id }) => id))
  let number = tiles.length + 1
  while (taken.has(`t${number}`)) number += 1
  return `t${number}`
}

/** With a tile at another place of the order. */
export function moved(tiles: readonly BoardTile[], from: number, to: number): BoardTile[] {
  const next = [...tiles]
  const [tile] = next.splice(from, 1)
  if (tile) next.splice(Math.min(next.length, Math.max(0, to)), 0, tile)
  return next
}

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

export const resized = (tile: BoardTile, width: number, height: number): BoardTile => ({ ...tile, width: within(width, WIDTH_MIN, COLUMNS), height: within(height, 1, ROWS_MAX) })

/** How large a panel of a shape is before somebody says otherwise. */
export const SIZES: Record<string, { width: number; height: number }> = { tiles: { width: 12, height: 2 }, matrix: { width: 12, height: 6 }, table: { width: 12, height: 5 }, flow: { width: 12, height: 5 } }
export const USUAL_SIZE = { width: 6, height: 5 }
