// `sources add`: one folder a package; a package that cannot be fetched does not keep the others from it.
import { numbers } from '../../report/index.ts'
import { answer, type Call } from '../command.ts'
import { addSource, type ListedSource, parseRequirement } from '../sources.ts'

export async function run(call: Call): Promise<number> {
  const { args, flags, problems, io } = call
  if (args.length === 0)
    problems.add('bad-option', 'no package is given', 'For example: lm-predictor sources add transformers==5.23.0.')
  const requirements = args.map((arg) => problems.attempt(() => parseRequirement(arg)))
  problems.stop()
  const added: ListedSource[] = []
  for (const requirement of requirements) {
    if (requirement === undefined) continue
    if (io.watched) io.err(`fetching ${requirement.name}==${requirement.version}\n`)
    const source = problems.attempt(() => addSource(requirement, process.env, flags.text('python')))
    if (source !== undefined) added.push(source)
  }
  if (added.length > 0)
    await answer(
      call,
      'sources',
      () => added.map(line),
      () => ({ schema_version: 1, sources: added }),
    )
  problems.stop()
  return 0
}

function line(s: ListedSource): string {
  return `${s.package}==${s.version}  ${numbers.grouped(s.files)} ${s.files === 1 ? 'file' : 'files'}, ${numbers.bytes(s.bytes)}  → ${s.path}`
}
