// Text cases of overrides: a `py` block whose function the engine can't follow, further files in `py:PATH` blocks, entries as
// JSON in an `overrides` block. Other blocks say what is expected: `stop` without the entries, `check` of the entries,
// `trace` with them. `# input: x=bf16[batch_size, hidden_size]` names the arguments as traceSnippet takes them.
import { checkOverride, describeStop, readOverrides, traceSnippet, type Override } from '../../src/agent/index.ts'
import { overrideName, Overrides, type Project } from '../../src/huggingface/index.ts'
import { memorySources } from '../../src/text/index.ts'
import { blockOf, type Case } from './cases.ts'
import type { TraceOutcome } from './trace-cases.ts'

const sizes: Readonly<Record<string, number>> = {
  batch_size: 3,
  seq_len: 10,
  hidden_size: 48,
  intermediate_size: 112,
  num_experts: 8,
}

/** A project of the given files, `case.py` and `my_pkg/kernels.py` for example. */
export function projectOf(files: Readonly<Record<string, string>>): Project {
  const texts = new Map([['/t/transformers/__init__.py', '__version__ = "5.23.0"\n']])
  const roots = new Map([['transformers', '/t/transformers']])
  for (const [path, text] of Object.entries(files)) {
    const [first = ''] = path.split('/')
    texts.set(`/own/${path}`, text)
    roots.set(first.replace(/\.py$/, ''), `/own/${first}`)
  }
  return { sources: memorySources(texts), roots }
}

export function projectOfCase(c: Case): Project {
  const files = c.blocks.flatMap(({ info, text }) => {
    if (info === 'py') return [['case.py', text] as const]
    return info.startsWith('py:') ? [[info.slice('py:'.length), text] as const] : []
  })
  return projectOf(Object.fromEntries(files))
}

export function entriesOfCase(c: Case): Promise<readonly Override[]> {
  const text = blockOf(c, 'overrides')?.text ?? '[]'
  return readOverrides(`{"schema_version": 1, "overrides": ${text}}`)
}

/** The stop without any entry, line by line. */
export function stopText(c: Case): string {
  try {
    runCase(c, projectOfCase(c))
  } catch (e) {
    const stop = describeStop(e, projectOfCase(c))
    if (stop === undefined) throw e
    const at = stop.at === null ? '' : `${stop.at.file}:${stop.at.line} ${stop.at.text}`
    const lines = [`${stop.code} ${stop.name ?? ''}`.trim(), `helps ${String(stop.helps)}`, `at ${at}`]
    if (stop.args.length > 0) lines.push(`args ${stop.args.join(', ')}`)
    if (stop.wanted !== null) lines.push(`wanted ${stop.wanted}`)
    return `${lines.join('\n')}\n`
  }
  return 'nothing stopped it\n'
}

/** What the checks say of each entry. */
export async function checkText(c: Case): Promise<string> {
  const project = projectOfCase(c)
  const lines: string[] = []
  for (const entry of await entriesOfCase(c)) {
    const { verdict, why } = await checkOverride(entry, project)
    lines.push(`${overrideName(entry)} ${verdict}`, ...why.map((w) => `  ${w}`))
  }
  return `${lines.join('\n')}\n`
}

/** The trace with the entries. */
export async function tracedCase(c: Case): Promise<TraceOutcome> {
  const entries = (await entriesOfCase(c)).map((entry) => ({ entry, verdict: 'unverified' as const }))
  const trace = runCase(c, { ...projectOfCase(c), overrides: new Overrides(entries) })
  return {
    kernels: trace.kernels.map((k) => ({
      head: `${k.at} ${k.aten.replace(/\.default$/, '')}`,
      details: new Map([
        ...(['flops', 'read', 'write'] as const).map((name): [string, string] => [name, bare(k[name])]),
        ['matmul', bare(k.matmul_flops)],
        ...(['in', 'out'] as const).flatMap((name): [string, string][] =>
          k[name].length === 0 ? [] : [[name, bare(k[name].join(', '))]],
        ),
      ]),
    })),
    assumptions: trace.assumptions,
    returns: bare(trace.returns.join(', ')),
    sizes: new Map(),
    error: undefined,
  }
}

function bare(text: string): string {
  return text.replace(/[{}]/g, '')
}

function runCase(c: Case, project: Project) {
  const text = blockOf(c, 'py')?.text ?? ''
  const [, name = '', inputs = ''] = /^def (\w+)\(.*#\s*input:(.*)$/m.exec(text) ?? []
  const list = [...inputs.matchAll(/\w+=[\w:]+\[[^\]]*\]/g)].map(([whole]) => whole)
  return traceSnippet(project, { name: `case.${name}`, inputs: list, sizes })
}
