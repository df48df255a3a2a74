// Import statements. At the top of a module they check that the module is there and bind names that are worked out when
// first read; everywhere else, and inside `try`, where `except ImportError` has a say, they are carried out at once.
import type { Frame } from '../code.ts'
import { isMissing, use } from '../missing.ts'
import type { Node } from '../parse/index.ts'
import { PyModule, type Value } from '../values.ts'
import type { Vm } from '../vm.ts'
import type { Compiler, Execute } from './compiler.ts'
import { storeName } from './names.ts'

export function importStatement(c: Compiler, node: Node<'Import'>): Execute {
  const line = node.lineno
  const parts = node.names.map((alias) => {
    const top = alias.name.split('.')[0] ?? alias.name
    return {
      name: alias.name,
      bound: alias.asname === undefined ? top : alias.name,
      store: storeName(c, alias.asname ?? top),
    }
  })
  const { inTry } = c
  return (vm, frame) => {
    for (const { name, bound, store } of parts) {
      frame.line = line
      if (inTry !== false) vm.importer.guard(inTry, name, () => vm.importer.importModule(name))
      else vm.importer.expect(name)
      store(vm, frame, vm.importer.get(bound))
    }
    return undefined
  }
}

export function importFrom(c: Compiler, node: Node<'ImportFrom'>): Execute | undefined {
  const name = node.module ?? ''
  const level = node.level ?? 0
  if (level === 0 && name === '__future__') return undefined
  const line = node.lineno
  const star = node.names.some((alias) => alias.name === '*')
  const bind = star ? starImport : namedImports(c, node)
  const { inTry } = c
  return (vm, frame) => {
    frame.line = line
    const module = vm.importer.absolute(frame.globals, level, name)
    if (inTry !== false) {
      vm.importer.guard(inTry, module, () => {
        vm.importer.require(module)
        bind(vm, frame, module)
      })
    } else {
      vm.importer.expect(module)
      bind(vm, frame, module)
    }
    return undefined
  }
}

type Bind = (vm: Vm, frame: Frame, module: string) => void

function namedImports(c: Compiler, node: Node<'ImportFrom'>): Bind {
  const lazy = c.scope.kind === 'module' && c.inTry === false
  const parts = node.names.map((alias) => {
    const target = alias.asname ?? alias.name
    return { name: alias.name, target, store: storeName(c, target) }
  })
  if (lazy) {
    return (vm, frame, module) => {
      for (const { name, target } of parts) bindLater(frame.globals, target, () => vm.importer.from(module, name))
    }
  }
  return (vm, frame, module) => {
    for (const { name, store } of parts) store(vm, frame, vm.importer.from(module, name))
  }
}

/** Binds a name to an import that is carried out when the name is first read. */
function bindLater(globals: PyModule, name: string, resolve: () => Value): void {
  globals.dict.delete(name)
  globals.pending.set(name, { resolve, busy: false })
}

const starImport: Bind = (vm, frame, name) => {
  const module = vm.importer.get(name)
  const { globals } = frame
  if (isMissing(module)) return use(vm, module)
  if (!(module instanceof PyModule))
    return vm.stop('unsupported-syntax', `import * from ${name}, which is not a module`)
  for (const exported of vm.importer.starNames(module)) {
    const v = module.dict.get(exported)
    if (v !== undefined) {
      globals.pending.delete(exported)
      globals.dict.set(exported, v)
    } else if (module.pending.has(exported)) bindLater(globals, exported, () => vm.importer.from(name, exported))
    else globals.dict.set(exported, vm.importer.from(name, exported))
  }
}
