// The value of an expression that a user gives: evaluated by the interpreter in the namespace of a module, with names of
// the caller's own before those of the module.
import { isAnalysisError, raise, SourceFile } from '../text/index.ts'
import { Frame } from './code.ts'
import { BlockCode } from './compile/code.ts'
import { compileExpression } from './compile/index.ts'
import { types } from './types.ts'
import { PyModule, type Value } from './values.ts'
import type { Vm } from './vm.ts'

const whatIsWritten =
  'The value is Python, in the namespace of the module of the model: 224, "\'gelu\'", (7, 7), GPTConfig().'

/**
 * @param shown how errors name the text: `--arg width=8`
 * @param hint what they say of how it is written
 */
export function evaluateExpression(
  vm: Vm,
  text: string,
  module: PyModule,
  names: ReadonlyMap<string, Value>,
  shown: string,
  hint = whatIsWritten,
): Value {
  const scratch = new PyModule(types.module, module.name, module.file, false)
  scratch.state = 'ready'
  for (const [name, v] of [...vm.importer.load(module).dict, ...names]) scratch.dict.set(name, v)
  for (const [name, pending] of module.pending) if (!names.has(name)) scratch.pending.set(name, pending)
  try {
    return vm.guard(() => evaluateText(vm, text, scratch, shown))
  } catch (e) {
    if (!isAnalysisError(e) || (e.code !== 'python-error' && e.code !== 'syntax-error')) throw e
    return raise('bad-option', `${shown}: ${e.message}`, { hint })
  }
}

/** The value of an expression in a module's namespace. */
export function evaluateText(vm: Vm, text: string, module: PyModule, shown: string): Value {
  const file = new SourceFile(`<${shown}>`, text)
  const unit = { file, module: module.name, postponed: false }
  const place = { name: '<expression>', qualname: '<expression>', line: 1, endLine: 1 }
  const evaluate = compileExpression(file, module.name)
  const frame = new Frame(0, null, new BlockCode(unit, { ...place, run: () => null }), module, null)
  vm.enter(frame)
  try {
    return evaluate(vm, frame)
  } finally {
    vm.leave()
  }
}
