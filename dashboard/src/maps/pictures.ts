/** The pictures of a game's maps: which there are, and how they are put there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { addressOf, read, send, sendFile } from '@/api/client'
import type { MapList, MapPicture } from '@/api/types'
import { onPicture, onPlane, type Box, type Calibration, type Placement } from './placement'

const pathOf = (gameId: string): string => `games/${encodeURIComponent(gameId)}/maps`
const keyOf = (gameId: string) => ['maps', gameId]

/** Its own for each picture: a browser may keep it for good. */
export const pictureAddress = (gameId: string, { name, sha256 }: MapPicture): string => addressOf(`${pathOf(gameId)}/image`, { map: name, sha256 })

const usePictures = (gameId: Ref<string>) =>
  useQuery({
    queryKey: computed(() => keyOf(gameId.value)),
    queryFn: ({ signal }) => read<MapList>(pathOf(gameId.value), {}, signal).then(({ maps }) => maps),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })

/** On the picture, where it was said how it lies; else on a plane of these bounds. */
export const placementOf = (gameId: string, picture: MapPicture | undefined, bounds: () => Box): Placement =>
  picture?.calibration ? onPicture(picture, picture.calibration, pictureAddress(gameId, picture)) : onPlane(bounds())

/** The picture of one of its maps, where there is one. */
export function usePicture(gameId: Ref<string>, map: Ref<string>): ComputedRef<MapPicture | undefined> {
  const asked = usePictures(gameId)
  return computed(() => asked.data.value?.find(({ name }) => name === map.value))
}

export interface PictureChange {
  calibration?: Calibration | null
  opacity?: number
}

export function usePictureChanges(gameId: Ref<string>, name: Ref<string>) {
  const client = useQueryClient()
  const path = (rest = ''): string => `${pathOf(gameId.value)}${rest}?map=${encodeURIComponent(name.value)}`
  const onSuccess = (): Promise<void> => client.invalidateQueries({ queryKey: keyOf(gameId.value) })
  return {
    put: useMutation({ mutationFn: (file: File) => sendFile<MapPicture>('PUT', path('/image'), file), onSuccess }),
    change: useMutation({ mutationFn: (change: PictureChange) => send<MapPicture>('PATCH', path(), change), onSuccess }),
    remove: useMutation({ mutationFn: () => send<MapList>('DELETE', path()), onSuccess }),
  }
}
