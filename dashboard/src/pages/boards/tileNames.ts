import { computedAsync } from '@vueuse/core'
import type { Ref } from 'vue'
import type { BoardTile } from '@/api/types'
import { panelsOf } from './sources'

/** What the panels of tiles call themselves, by the id of the tile. */
export const useTileNames = (tiles: Ref<BoardTile[]>): Ref<Map<string, string>> =>
  computedAsync(async () => {
    const names = await Promise.all(
      tiles.value.map(async (tile): Promise<[string, string]> => {
        if (tile.kind === 'text') return [tile.id, 'Text']
        const panel = (await panelsOf(tile.page, tile.settings)).find(({ key }) => key === tile.panel)
        return [tile.id, panel?.title ?? tile.panel]
      }),
    )
    return new Map(names)
  }, new Map<string, string>())
