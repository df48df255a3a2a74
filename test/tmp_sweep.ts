import { readdirSync } from 'node:fs'
import { loadEngine } from './support/engine.ts'
import { compare, explain, readTrace } from './support/oracle.ts'
const site = '/work/tools/venv/lib/python3.11/site-packages'
const [folder = '', only = '', max = '1000', root] = process.argv.slice(2)
const traceModel = await loadEngine()
let ok = 0, bad = 0
const started = Date.now()
for (const f of readdirSync(folder).filter((x) => x.endsWith('.jsonl.gz') && new RegExp(only).test(x)).slice(0, Number(max))) {
  let trace
  try { trace = readTrace(`${folder}/${f}`) } catch (e) { console.log('READ', f, String(e).slice(0, 200)); continue }
  for (const phase of trace.phases) {
    try {
      const c = compare(phase, traceModel({ ...phase.request, transformers: site + '/transformers', pytorch: root }))
      if (c.difference === undefined) ok++
      else { bad++; console.log('DIFF', f, phase.name, explain(trace, phase, c).slice(0, 1200)); break }
    } catch (e: any) { bad++; console.log('FAIL', f, phase.name, e.code, String(e.message).slice(0, 300), e.span ? `${e.span.file}:${e.span.line}` : String(e.stack).split('\n').slice(1, 4).join(' ')); break }
  }
}
console.log('ok', ok, 'bad', bad, (Date.now() - started) / 1000)
