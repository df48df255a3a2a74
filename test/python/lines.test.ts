// Line numbers of frames while operations run, against those that CPython 3.11 reported for the same program.
// `UPDATE=1 PYTHON=python3.11` records them anew.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { natives, type HostModule } from '../../src/python/index.ts'
import { hostModules } from '../../src/python/stdlib/index.ts'
import { pythonVm } from '../support/python.ts'
import { updating } from '../support/cases.ts'

const program = fileURLToPath(new URL('../fixtures/python/lines.py', import.meta.url))
const recorded = fileURLToPath(new URL('../fixtures/python/lines.txt', import.meta.url))

const probe: HostModule = {
  name: 'probe',
  reason: 'tells the program the lines of its frames',
  make: () =>
    natives({
      'line(depth, /)': (vm, [depth]) => vm.stack.at(-1 - Number(depth))?.line ?? 0,
      'note(what, line, /)': (vm, [what, line]) => {
        vm.output.push(`${String(line)} ${String(what)}\n`)
        return null
      },
    }),
}

/** The same module for CPython. */
const probeSource = `
import sys, types
probe = types.ModuleType("probe")
probe.line = lambda depth: sys._getframe(depth + 1).f_lineno
probe.note = lambda what, line: print(line, what)
sys.modules["probe"] = probe
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), {"__name__": "__main__"})
`

test('every operation reports the line that CPython 3.11 reports', () => {
  const python = process.env['PYTHON']
  if (updating && python !== undefined) {
    writeFileSync(recorded, spawnSync(python, ['-c', probeSource, program], { encoding: 'utf8' }).stdout)
  }
  const vm = pythonVm(new Map(), { hostModules: [...hostModules, probe] })
  vm.runModuleText('__main__', readFileSync(program, 'utf8'))
  expect(vm.output.join('').split('\n')).toEqual(readFileSync(recorded, 'utf8').split('\n'))
})
