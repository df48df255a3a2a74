// What is written is checked against the schemas that come with the tool, and so is what stage 2 reads. The validator is
// loaded when the first JSON is written: a prediction printed as text does without.
import { raise } from '../text/index.ts'
import { compiledSchema } from './compiled-schemas.ts'

/** Says where a value breaks a schema; nothing where it doesn't. */
export type Validate = (value: unknown) => readonly string[]

/** Problems shown of one value. */
const shown = 5

export async function validator(schema: string): Promise<Validate> {
  const validate = await compiledSchema(schema)
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
