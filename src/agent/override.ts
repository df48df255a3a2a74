// Where the engine stops: what an agent is told, what it hands in, and whether that is an answer to the stop at all. What
// the answer itself is worth is a matter of its checks (checks/override.ts).
import { z } from 'zod'
import type { Author, Override } from '../huggingface/index.ts'
import type { StopReport } from './stop.ts'

const citation = z.strictObject({
  file: z.string().min(1).describe("from the package's folder on: my_pkg/kernels.py"),
  line: z.int().min(1),
  text: z.string().min(1).describe('the line exactly as it stands there'),
})
const citations = z.array(citation).min(1)

const justified = z.strictObject({
  formula: z.string().min(1).describe('over the arguments: 2 * x.numel, x.bytes + weight.bytes'),
  because: z.string().min(1),
  source: citations,
})

const output = z.strictObject({
  name: z.string(),
  like: z.string().optional().describe('the argument whose shape and dtype it has'),
  is: z.string().optional().describe('the argument that is written into'),
  shape: z.array(z.string().min(1)).optional(),
  dtype: z.string().optional().describe('with shape: a name (float32), or the argument whose dtype it has'),
  because: z.string().optional(),
  source: citations,
})

const kernel = z.strictObject({
  kind: z.literal('kernel'),
  name: z.string(),
  schema: z.string().describe('(Tensor x, Tensor weight, float eps=1e-06) -> Tensor'),
  outputs: z.array(output),
  flops: justified,
  matmul_flops: justified,
  read: justified,
  write: justified,
  imports: z.array(z.string()).optional(),
  reference: z.string().optional(),
})

const branch = z.strictObject({
  kind: z.literal('branch'),
  at: citation,
  decision: z.union([z.boolean(), z.string().min(1)]),
  reads: z.string().min(1).optional().describe('of a number whose line reads several: what wants it, as the stop says'),
  because: z.string().min(1),
  source: citations,
})

/** What `submit_override` takes: an entry without its author and its checks. */
export const overrideShape = { entry: z.discriminatedUnion('kind', [kernel, branch]) }

export type SubmittedOverride = z.output<typeof overrideShape.entry>

/** An entry as the file holds it, met with the call that stopped. */
export function overrideFrom(entry: SubmittedOverride, stop: StopReport, author: Author): Override {
  const calls = entry.kind === 'kernel' && entry.name === stop.name ? { calls: [stop.args] } : {}
  // Fields that were left out are not there; the schema says which may be.
  return { ...(JSON.parse(JSON.stringify(entry)) as Override), ...calls, author }
}

/** Why an entry is no answer to a stop; nothing where it is one. */
export function besideThePoint(entry: Override, stop: StopReport): readonly string[] {
  if (entry.kind !== stop.helps) return [`a ${String(stop.helps)} entry is wanted here, this is a ${entry.kind} entry`]
  if (entry.kind === 'kernel') {
    const { name } = stop
    const isAnswer = name !== null && (entry.name === name || entry.name.startsWith(`${name}.`))
    return isAnswer ? [] : [`the analysis stopped for ${name ?? 'no name'}, the entry is of ${entry.name}`]
  }
  const [wanted, given] = [stop.at, entry.at].map((p) => (p === null ? '' : `${p.file}:${p.line}`))
  return wanted === given ? [] : [`the analysis stopped at ${wanted}, the entry is of ${given}`]
}

/** Whether two stops are the same one. */
export function isSameStop(a: StopReport, b: StopReport): boolean {
  const key = ({ code, name, at, wanted }: StopReport): string =>
    JSON.stringify([code, name, at?.file, at?.line, wanted])
  return key(a) === key(b)
}

/** A stop as a prompt speaks of it. */
export function stopText({ code, message, name, args, wanted, at, inside, module }: StopReport): string {
  return [
    `${code}: ${message}`,
    ...(name === null ? [] : [`name: ${name}`]),
    ...(args.length === 0 ? [] : [`called with: ${args.join(', ')}`]),
    ...(wanted === null ? [] : [`what wants the values of a tensor: ${wanted}`]),
    ...(at === null ? [] : [`at ${at.file}:${at.line}${inside === null ? '' : ` in ${inside}`}: ${at.text}`]),
    ...(module === null ? [] : [`in the module: ${module === '' ? 'the model itself' : module}`]),
  ].join('\n')
}
