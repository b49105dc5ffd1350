/** The server's OpenAPI document, made into what the documentation page shows. */
import { useQuery } from '@tanstack/vue-query'
import { read } from '@/api/client'

export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  title?: string
  description?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  required?: string[]
}

interface Content {
  content?: Record<string, { schema?: Schema; example?: unknown }>
  description?: string
}

interface RawOperation {
  summary?: string
  description?: string
  tags?: string[]
  operationId?: string
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]
  requestBody?: Content
  responses?: Record<string, Content>
}

export interface ApiDocument {
  info: { title: string; version: string; description?: string }
  paths: Record<string, Record<string, RawOperation>>
  components?: { schemas?: Record<string, Schema> }
}

export interface Operation extends RawOperation {
  id: string
  method: string
  path: string
  tag: string
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete'])

export const useApiDocument = () =>
  useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => read<ApiDocument>('openapi.json', {}, signal),
    staleTime: Infinity,
  })

export function operationsOf({ paths }: ApiDocument): Map<string, Operation[]> {
  const byTag = new Map<string, Operation[]>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!METHODS.has(method)) continue
      const tag = operation.tags?.[0] ?? 'other'
      const one = { ...operation, method: method.toUpperCase(), path, tag, id: operation.operationId ?? `${method}-${path}` }
      byTag.set(tag, [...(byTag.get(tag) ?? []), one])
    }
  }
  return byTag
}

const nameOf = (reference: string): string => reference.split('/').at(-1) ?? reference

export const resolve = (schema: Schema | undefined, document: ApiDocument): Schema | undefined =>
  schema?.$ref ? document.components?.schemas?.[nameOf(schema.$ref)] : schema

/** A type in a few words: `integer`, `list of Point`, `text or nothing`. */
export function typeText(schema: Schema | undefined): string {
  if (!schema) return 'anything'
  if (schema.$ref) return nameOf(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices) return choices.map(typeText).join(' | ')
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`
  const type = [schema.type ?? 'anything'].flat().join(' | ')
  return schema.format ? `${type} (${schema.format})` : type
}
