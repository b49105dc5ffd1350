import { computed } from 'vue'
import { useDimensions, useGame } from '@/composables/games'
import { useNow } from '@/composables/now'
import { plainDay } from '@/timeRanges'
import type { RecordedOf } from './recording'

/** What the questions of a board are about: the game that is looked at, in its own time zone, as of today. */
export function useRecordedOf() {
  const { game, gameId } = useGame()
  const dimensions = useDimensions()
  const now = useNow()
  return computed<RecordedOf>(() => {
    const timeZone = game.value?.timeZone ?? 'UTC'
    return { gameId: gameId.value, timeZone, today: plainDay(now.value, timeZone), dimensions: dimensions.data.value }
  })
}
