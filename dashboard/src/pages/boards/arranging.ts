/** Moving and resizing the tiles of a board, with the pointer and with the keyboard. */
import { ref, type Ref } from 'vue'
import type { BoardTile } from '@/api/types'
import { COLUMNS, moved, resized } from './board'

/** As in the style sheet of the grid. */
export const ROW_PX = 56
const GAP_PX = 12

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }

export function useArranging(tiles: Ref<BoardTile[]>, grid: Ref<HTMLElement | null>, nameOf: (tile: BoardTile) => string) {
  /** What has just been done, for who does not see it. */
  const said = ref('')

  const indexOf = (id: string): number => tiles.value.findIndex((tile) => tile.id === id)
  function move(id: string, to: number): void {
    const from = indexOf(id)
    if (to === from || to < 0 || to >= tiles.value.length) return
    tiles.value = moved(tiles.value, from, to)
    const tile = tiles.value[to]
    if (tile) said.value = `${nameOf(tile)}, place ${to + 1} of ${tiles.value.length}`
  }
  function resize(id: string, width: number, height: number): void {
    tiles.value = tiles.value.map((tile) => (tile.id === id ? resized(tile, width, height) : tile))
    const tile = tiles.value[indexOf(id)]
    if (tile) said.value = `${nameOf(tile)}, ${tile.width} of ${COLUMNS} columns wide, ${tile.height} rows high`
  }

  /** Arrows move a tile; with Shift they make it larger and smaller. */
  function onKey(event: KeyboardEvent, tile: BoardTile): void {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    if (!event.shiftKey) move(tile.id, indexOf(tile.id) + step)
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') resize(tile.id, tile.width + step, tile.height)
    else resize(tile.id, tile.width, tile.height + step)
  }

  function follow(event: PointerEvent, onMove: (event: PointerEvent) => void): void {
    if (event.button !== 0) return
    const handle = event.currentTarget as HTMLElement
    handle.setPointerCapture(event.pointerId)
    const end = (): void => {
      handle.removeEventListener('pointermove', onMove)
      handle.removeEventListener('pointerup', end)
      handle.removeEventListener('pointercancel', end)
    }
    handle.addEventListener('pointermove', onMove)
    handle.addEventListener('pointerup', end)
    handle.addEventListener('pointercancel', end)
  }
  function onDrag(event: PointerEvent, tile: BoardTile): void {
    follow(event, ({ clientX, clientY }) => {
      const below = document.elementsFromPoint(clientX, clientY).map((one) => one.closest<HTMLElement>('[data-tile]')?.dataset.tile).find((id) => id !== undefined)
      if (below !== undefined && below !== tile.id) move(tile.id, indexOf(below))
    })
  }
  function onResize(event: PointerEvent, { id, width, height }: BoardTile): void {
    const { clientX: startX, clientY: startY } = event
    const columnPx = ((grid.value?.clientWidth ?? 0) + GAP_PX) / COLUMNS
    follow(event, ({ clientX, clientY }) => resize(id, width + Math.round((clientX - startX) / columnPx), height + Math.round((clientY - startY) / (ROW_PX + GAP_PX))))
  }
  return { said, onKey, onDrag, onResize }
}
