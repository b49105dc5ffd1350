// Makes src/generated/schema.d.ts from the OpenAPI document of this checkout's own server.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypeScript, { astToString } from 'openapi-typescript'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const folder = fileURLToPath(new URL('../src/generated', import.meta.url))

const [command, ...before] = (process.env.PLAYTRACE_PYTHON ?? 'uv run --no-sync python').split(' ')
const document = execFileSync(command, [...before, '-m', 'playtrace.api.openapi'], {
  cwd: repository,
  encoding: 'utf-8',
  maxBuffer: 64 * 1024 * 1024,
})
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/schema.d.ts`, astToString(await openapiTypeScript(JSON.parse(document))))
