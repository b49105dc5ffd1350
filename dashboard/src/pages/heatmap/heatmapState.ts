/** What the page Heatmap is asked, all of it in its address. */
import { computed, shallowRef, watchEffect } from 'vue'
import { useDimensions } from '@/composables/games'
import { useHeatmap } from '@/composables/metrics'
import { usePageState } from '@/composables/pageState'
import { choiceParameter, listParameter, numberParameter, textParameter, useUrlChange, useUrlParam } from '@/composables/urlParams'
import { isDay } from '@/timeRanges'
import { niceCeiling } from './heatGrid'
import { byLikelihood, LAYERS, type LayerName } from './layers'

/** The medium size is the server's own, of which it has whole days ready: about 25 cells across where players were. */
const CELLS_ACROSS = { fine: 50, medium: 25, coarse: 10 } as const
/** The longest match that the server knows of. */
const MINUTES_MAX = 24 * 60
/** Events to open on, the likeliest first, where the game has them. */
const OPENING = ['player_death', 'position']

export function useHeatmapState() {
  const { metricValues, gameId, from, to, versions } = usePageState()
  const dimensions = useDimensions()
  const change = useUrlChange()
  const view = useUrlParam(choiceParameter('view', ['raw', 'rate'], 'raw'))
  const ofNoEvent = useUrlParam(choiceParameter('layer', ['', 'time', 'visits', 'fps'], ''))
  const size = useUrlParam(choiceParameter('cells', ['fine', 'medium', 'coarse'], 'medium'))
  const extent = useUrlParam(choiceParameter('extent', ['core', 'all'], 'core'))
  const chosenEvent = useUrlParam(textParameter('event'))
  const chosenMap = useUrlParam(textParameter('map'))
  const floorFrom = useUrlParam(numberParameter('floorFrom'))
  const floorTo = useUrlParam(numberParameter('floorTo'))
  const filters = useUrlParam(listParameter('where'))
  const segment = useUrlParam(textParameter('segment'))
  const chosenDay = useUrlParam(textParameter('day'))
  const chosenMinute = useUrlParam(numberParameter('minute'))
  const beside = useUrlParam(textParameter('beside'))

  const maps = computed(() => dimensions.data.value?.maps ?? [])
  const mapId = computed({
    get: () => chosenMap.value || (maps.value[0]?.id ?? ''),
    // Floors and cells of one map mean nothing on another.
    set: (id: string) => change({ map: id, floorFrom: undefined, floorTo: undefined, cell: undefined }),
  })
  const map = computed(() => maps.value.find(({ id }) => id === mapId.value))
  const events = computed(() => byLikelihood(dimensions.data.value?.eventNames ?? []))
  const event = computed(() => {
    const names = (dimensions.data.value?.eventNames ?? []).map(({ name }) => name)
    return chosenEvent.value || (OPENING.find((name) => names.includes(name)) ?? names[0] ?? OPENING[0] ?? '')
  })
  const layerName = computed<LayerName>(() => ofNoEvent.value || (view.value === 'rate' ? 'rate' : 'events'))
  const layer = computed(() => LAYERS[layerName.value])
  const day = computed({
    get: () => (isDay(chosenDay.value) && chosenDay.value >= from.value && chosenDay.value <= to.value ? chosenDay.value : ''),
    set: (one: string) => (chosenDay.value = one),
  })

  /** Of the match, from its start; null: all of it. */
  const minute = computed({
    get: () => (chosenMinute.value !== null && chosenMinute.value >= 0 && chosenMinute.value < MINUTES_MAX ? Math.floor(chosenMinute.value) : null),
    set: (one: number | null) => (chosenMinute.value = one),
  })
  const ofMinute = computed(() => (minute.value === null ? {} : { matchFromSeconds: 60 * minute.value, matchToSeconds: 60 * (minute.value + 1) }))

  const question = computed(() => ({
    ...metricValues.value,
    ...(day.value ? { from: day.value, to: day.value } : {}),
    // Without a map there is nothing to ask.
    gameId: mapId.value ? metricValues.value.gameId : undefined,
    map: mapId.value,
    event: event.value,
    floorFrom: floorFrom.value,
    floorTo: floorTo.value,
    filter: filters.value,
    segment: segment.value,
    ...ofMinute.value,
    ...layer.value.ask,
  }))

  /** Another size than the server's own, and the question and choices that it is for. */
  const fitting = shallowRef<{ key: string; cellSize: number } | null>(null)
  const fittingKey = computed(() => JSON.stringify([question.value, size.value, extent.value]))
  const cellSize = computed(() => (fitting.value?.key === fittingKey.value ? fitting.value.cellSize : undefined))
  const values = computed(() => ({ ...question.value, cellSize: cellSize.value }))
  const asked = useHeatmap(values)

  // The server's cells fit the core of the map, which only its answer tells. Other sizes are made from that.
  watchEffect(() => {
    const answer = asked.data.value
    if (!answer || asked.isPlaceholderData.value || cellSize.value !== undefined) return
    if (size.value === 'medium' && extent.value === 'core') return
    const shown = extent.value === 'all' ? answer.bounds : answer.core
    const side = shown ? Math.max(shown.maxX - shown.minX, shown.maxY - shown.minY) : 0
    if (side > 0) fitting.value = { key: fittingKey.value, cellSize: niceCeiling(side / CELLS_ACROSS[size.value]) }
  })

  /** The other version has the very cells of the first. */
  const valuesBeside = computed(() => ({
    ...question.value,
    gameId: beside.value && asked.data.value ? question.value.gameId : undefined,
    version: [beside.value],
    cellSize: asked.data.value?.cellSize,
  }))
  const askedBeside = useHeatmap(valuesBeside)

  return {
    gameId, maps, map, mapId, events, event, layerName, layer, ofNoEvent, view, size, extent, floorFrom, floorTo, filters, segment, day, minute, from, to, beside, versions,
    values, asked, valuesBeside, askedBeside, dimensions, change,
  }
}
