/** What an answer of any metric consists of: figures, and lists of rows. Read from the answer itself, so that a metric that is new is shown too. */
import {
  capitalised, formatCount, formatDayTime, formatDecimal, formatDimension, formatDuration, formatMilliseconds, formatMoney, formatPlainDay, formatShare, NONE,
  type Dimension,
} from '@/format'

export type Json = string | number | bigint | boolean | null | Json[] | { [name: string]: Json }
export type Row = Record<string, Json>

export interface Column {
  key: string
  label: string
  isNumber: boolean
  format: (value: Json | undefined, row: Row) => string
}

export interface AnswerList {
  key: string
  label: string
  rows: Row[]
  columns: Column[]
  /** The column that says when, or which: charts have it below. */
  along: Column | null
  /** Columns that can be drawn. */
  drawn: Column[]
}

export interface AnswerFigure {
  key: string
  label: string
  text: string
}

export interface Shape {
  figures: AnswerFigure[]
  lists: AnswerList[]
}

/** What every answer carries: it is said elsewhere on the page, or not at all. */
const HEADING = new Set(['metric', 'definition', 'gameId', 'from', 'to', 'timeZone', 'asOf', 'source', 'removedBefore', 'elapsedMs', 'hints', 'statements', 'complete', 'settled', 'compared'])
const JUDGED = new Set(['complete', 'settled'])
const TIME_KEYS = ['time', 'day', 'cohort', 'week', 'month', 'date', 'start', 'startsAt', 'from', 'bucket', 'hour']
const DIMENSIONS = new Set<string>(['platform', 'version', 'country'] satisfies Dimension[])
const ABBREVIATIONS = new Map(['dau', 'wau', 'mau', 'fps', 'id', 'arpu', 'arpdau', 'arppu', 'ltv', 'ccu'].map((word) => [word, word.toUpperCase()]))
const SHARE = /(share|stickiness|conversion|rate|ratio|inflation|crashFree\w*|low|high|percentile)$/i
const ROWS_MAX = 1_000
export const LISTS_ROWS_MAX = ROWS_MAX

const isRecord = (value: Json | undefined): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value)
const isRows = (value: Json | undefined): value is Row[] => Array.isArray(value) && value.length > 0 && value.every(isRecord)

/** `crashFreeSessions` as people write it. */
export function wordsOf(key: string): string {
  const words = key.replace(/(Micros|Seconds|Ms)$/, '').replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').replaceAll(/[._]/g, ' · ').toLowerCase().split(' ')
  const text = words.map((word) => ABBREVIATIONS.get(word) ?? word).join(' ').trim() || key
  return capitalised(text)
}

/** Objects inside of a row become columns of their own; what they hold of lists is told by its length. */
function flat(row: Row, above = ''): Row {
  const found: Row = {}
  for (const [name, value] of Object.entries(row)) {
    const key = above ? `${above}.${name}` : name
    if (isRecord(value)) Object.assign(found, flat(value, key))
    else found[key] = value
  }
  return found
}

/** A number, for what draws and rounds it: one beyond 2^53 is a `bigint` in the answer. */
export const numberOf = (value: Json | undefined): number | null => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null)

function formatterOf(key: string, values: Json[], currencyOf: (row: Row) => string | undefined, timeZone: string): Column['format'] {
  const numbers = values.map(numberOf).filter((value) => value !== null)
  const last = key.split('.').at(-1) ?? key
  const number: (value: number, row: Row) => string = /Micros$/.test(last)
    ? (value, row) => formatMoney(value, currencyOf(row))
    : /seconds$/i.test(last)
      ? (value) => formatDuration(value)
      : /Ms$/.test(last)
        ? (value) => formatMilliseconds(value)
        : SHARE.test(last) && numbers.every((value) => Math.abs(value) <= 1)
          ? (value) => formatShare(value)
          : numbers.every(Number.isInteger)
            ? (value) => formatCount(value)
            : (value) => formatDecimal(value)
  return (value, row) => {
    if (value === null || value === undefined) return NONE
    const figure = numberOf(value)
    if (figure !== null) return number(figure, row)
    if (typeof value === 'boolean') return value ? 'yes' : 'no'
    if (typeof value === 'string') {
      if (/^\d{4}-\d\d-\d\d$/.test(value)) return formatPlainDay(value)
      if (/^\d{4}-\d\d-\d\dT/.test(value)) return formatDayTime(value, timeZone)
      return DIMENSIONS.has(last) ? formatDimension(last as Dimension, value) : value
    }
    if (Array.isArray(value)) return value.length <= 6 && value.every((one) => typeof one !== 'object') ? value.join(', ') : formatCount(value.length)
    return NONE
  }
}

function listOf(key: string, all: Row[], answer: Row, timeZone: string): AnswerList {
  const rows = all.slice(0, ROWS_MAX).map((row) => flat(row))
  const currencyOf = (row: Row): string | undefined => [row.currency, answer.currency, answer.baseCurrency].find((one): one is string => typeof one === 'string')
  const keys = [...new Set(rows.slice(0, 50).flatMap((row) => Object.keys(row)))].filter((name) => !JUDGED.has(name))
  const columns = keys.map((name): Column => ({
    key: name,
    label: wordsOf(name),
    isNumber: rows.some((row) => numberOf(row[name]) !== null),
    format: formatterOf(name, rows.map((row) => row[name] ?? null), currencyOf, timeZone),
  }))
  const time = columns.find((column) => TIME_KEYS.includes(column.key) && !column.isNumber)
  const along = time ?? columns.find((column) => !column.isNumber && rows.every((row) => typeof row[column.key] === 'string')) ?? null
  return { key, label: wordsOf(key), rows, columns, along, drawn: columns.filter((column) => column.isNumber && column !== along) }
}

export const isOverTime = (list: AnswerList): boolean => list.along !== null && TIME_KEYS.includes(list.along.key)

/** `asked` are names of parameters: what the answer repeats of the question is no figure. */
export function shapeOf(answer: Row, timeZone: string, asked: ReadonlySet<string>): Shape {
  const figures: AnswerFigure[] = []
  const lists: AnswerList[] = []
  const visit = (row: Row, above: string): void => {
    for (const [name, value] of Object.entries(row)) {
      if (!above && (HEADING.has(name) || (asked.has(name) && typeof value !== 'object') || (value === null && asked.has(name)))) continue
      const key = above ? `${above}.${name}` : name
      if (isRows(value)) lists.push(listOf(key, value, answer, timeZone))
      else if (isRecord(value)) visit(value, key)
      else if (!Array.isArray(value) && !JUDGED.has(name) && value !== '') {
        const format = formatterOf(key, [value], (of) => [of.currency, answer.currency, answer.baseCurrency].find((one): one is string => typeof one === 'string'), timeZone)
        figures.push({ key, label: wordsOf(key), text: format(value, row) })
      } else if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object')) {
        figures.push({ key, label: wordsOf(key), text: value.slice(0, 8).join(', ') + (value.length > 8 ? ', …' : '') })
      }
    }
  }
  visit(answer, '')
  return { figures, lists }
}
