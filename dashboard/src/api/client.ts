import { apiBase } from '@/address'
import { parseExactly } from './exactJson'
import type { ProblemDocument } from './types'

export type QueryValue = string | number | boolean | null | undefined | readonly string[]
export type QueryValues = Record<string, QueryValue>

/** An answer that is not a success, told in the server's own words. */
export class ProblemError extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string
  /** What the document's type ends with, such as `code-refused`. */
  readonly kind: string

  constructor(status: number, title: string, detail: string, kind = '') {
    super(`${title}: ${detail}`)
    this.name = 'ProblemError'
    this.status = status
    this.title = title
    this.detail = detail
    this.kind = kind
  }
}

export const read = <T>(path: string, values: QueryValues = {}, signal?: AbortSignal): Promise<T> =>
  request<T>(address(path, values), { signal })

/** For what players and games have sent, whose numbers may be too large for a `number`. */
export const readExactly = <T>(path: string, values: QueryValues = {}, signal?: AbortSignal): Promise<T> =>
  request<T>(address(path, values), { signal }, parseExactly<T>)

/** For whoever shows a secret of their own, such as that of a link, in place of a session. */
export const readBy = <T>(secret: string, path: string, signal?: AbortSignal): Promise<T> =>
  request<T>(address(path, {}), { signal, credentials: 'omit', headers: { Authorization: `Bearer ${secret}` } }, parseExactly<T>)

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export const send = <T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> => request<T>(address(path, {}), sending(method, body, signal))

/** As `send`, and numbers of the answer that are too large for a `number` stay what they are. */
export const sendExactly = <T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> =>
  request<T>(address(path, {}), sending(method, body, signal), parseExactly<T>)

/** As `send`, and the answer is no JSON. */
export const sendForText = (method: Method, path: string, body?: unknown): Promise<string> => request<string>(address(path, {}), sending(method, body), String)

const sending = (method: Method, body?: unknown, signal?: AbortSignal): RequestInit => ({
  method,
  signal,
  ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
})

/** A file as it is. What kind of file it is the server sees for itself. */
export const sendFile = <T>(method: 'PUT', path: string, file: Blob): Promise<T> =>
  request<T>(address(path, {}), { method, body: file, headers: { 'Content-Type': 'application/octet-stream' } })

/** Of a route, for a link: a file is saved by the browser as it comes. */
export const addressOf = (path: string, values: QueryValues): string => address(path, values).href

function address(path: string, values: QueryValues): URL {
  const url = new URL(path, apiBase)
  for (const [name, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? (value as readonly string[]) : [value as Exclude<QueryValue, readonly string[]>]
    for (const item of list) {
      if (item !== undefined && item !== null && item !== '') url.searchParams.append(name, String(item))
    }
  }
  return url
}

async function request<T>(url: URL, init: RequestInit, parse: (text: string) => T = JSON.parse): Promise<T> {
  let response: Response
  try {
    response = await fetch(url, { ...init, headers: { Accept: 'application/json', ...init.headers } })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ProblemError(0, 'No answer', `The server at ${url.host} did not answer. Is it running?`)
  }
  if (!response.ok) throw await problemOf(response)
  return response.status === 204 ? (undefined as T) : parse(await response.text())
}

async function problemOf(response: Response): Promise<ProblemError> {
  const fallback = `The server answered ${response.status} ${response.statusText}.`
  try {
    const document = (await response.json()) as ProblemDocument
    return new ProblemError(response.status, document.title ?? 'Error', document.detail ?? document.message ?? fallback, document.type?.split('/').pop())
  } catch {
    return new ProblemError(response.status, 'Error', fallback)
  }
}
