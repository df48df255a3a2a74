// Schemas as functions. From source they are compiled when asked for; the build puts functions that it has compiled in the
// place of this module (scripts/build.mjs), since compiling one takes longer than most answers.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidateFunction } from 'ajv'
import { packageRoot } from './paths.ts'

/** @returns undefined where there is no such schema */
export async function compiledSchema(schema: string): Promise<ValidateFunction | undefined> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true })
  const folder = join(packageRoot(), 'schemas')
  for (const file of readdirSync(folder))
    ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object, file)
  return ajv.getSchema(`${schema}_schema.json`)
}
