// What is written is checked against the schemas that come with the tool, and so is what stage 2 reads. The validator is
// loaded when the first JSON is written: a prediction printed as text does without.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { raise } from '../text/index.ts'
import { packageRoot } from './paths.ts'

/** Says where a value breaks a schema; nothing where it doesn't. */
export type Validate = (value: unknown) => readonly string[]

/** Problems shown of one value. */
const shown = 5

export async function validator(schema: string): Promise<Validate> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true })
  const folder = join(packageRoot(), 'schemas')
  for (const file of readdirSync(folder)) {
    ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object, file)
  }
  const validate = ajv.getSchema(`${schema}_schema.json`)
  if (validate === undefined) return raise('internal', `there is no schema ${schema}`)
  return (value) => {
    if (validate(value) === true) return []
    const errors = (validate.errors ?? []).slice(0, shown)
    return errors.map((e) => `${e.instancePath === '' ? 'the whole' : e.instancePath} ${e.message ?? 'is wrong'}`)
  }
}

/** Stops where the tool itself made something that its schema does not allow. */
export async function checkOwn(schema: string, ...values: readonly unknown[]): Promise<void> {
  const validate = await validator(schema)
  for (const value of values) {
    const wrong = validate(value)
    if (wrong.length > 0) raise('internal', `the result breaks ${schema}_schema.json`, { notes: wrong })
  }
}
