// JSON Schemas of what agents and people hand in, without the file system: they are part of the program.
import type { ValidateFunction } from 'ajv'
import moduleAnalysis from '../../schemas/module_analysis_schema.json' with { type: 'json' }
import overrides from '../../schemas/overrides_schema.json' with { type: 'json' }
import provenance from '../../schemas/provenance_schema.json' with { type: 'json' }

const schemas = { module_analysis: moduleAnalysis, overrides, provenance } as const
export type SchemaName = keyof typeof schemas

/** Problems shown of one value. */
const shown = 8

/** Says where a value breaks a schema; nothing where it doesn't. The validator is loaded on the first call. */
export async function schemaProblems(schema: SchemaName, value: unknown): Promise<readonly string[]> {
  const validate = await validator(schema)
  if (validate(value)) return []
  const problems = (validate.errors ?? []).map((e) => {
    const what = e.keyword === 'additionalProperties' ? `: ${String(e.params['additionalProperty'])}` : ''
    return `${e.instancePath === '' ? 'the whole' : e.instancePath} ${e.message ?? 'is wrong'}${what}`
  })
  return [...new Set(problems)].slice(0, shown)
}

async function validator(schema: SchemaName): Promise<ValidateFunction> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true })
  for (const [name, s] of Object.entries(schemas)) ajv.addSchema(s, `${name}_schema.json`)
  const found = ajv.getSchema(`${schema}_schema.json`)
  if (found === undefined) throw new Error(`there is no schema ${schema}`)
  return found as ValidateFunction
}
