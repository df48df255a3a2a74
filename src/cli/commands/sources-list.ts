// `sources list`: what `sources add` has fetched.
import { numbers, table } from '../../report/index.ts'
import { answer, type Call } from '../command.ts'
import { sourceCache } from '../node/environment.ts'
import { listSources } from '../sources.ts'

export async function run(call: Call): Promise<number> {
  call.problems.stop()
  const sources = listSources(process.env)
  const columns = [
    { title: 'package' },
    { title: 'version' },
    { title: 'files', align: 'right' },
    { title: 'size', align: 'right' },
    { title: 'folder' },
  ] as const
  const rows = sources.map((s) => [s.package, s.version, numbers.grouped(s.files), numbers.bytes(s.bytes), s.path])
  const none = [
    `No sources in ${sourceCache(process.env)}.`,
    'Fetch some: lm-predictor sources add transformers==5.23.0',
  ]
  await answer(
    call,
    'sources',
    () => (sources.length === 0 ? none : table(columns, rows, call.io.terminal.style)),
    () => ({ schema_version: 1, sources }),
  )
  return 0
}
