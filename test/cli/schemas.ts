// Validates against the schemas that come with the tool, as a user of its JSON would.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

const folder = join(import.meta.dirname, '../../schemas')

export function validator(name: string): (value: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true })
  for (const file of readdirSync(folder))
    ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object, file)
  const validate = ajv.getSchema(`${name}_schema.json`)
  if (validate === undefined) throw new Error(`no schema ${name}`)
  return (value) => {
    const ok = validate(value)
    return ok === true
      ? []
      : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''} ${JSON.stringify(e.params)}`)
  }
}
